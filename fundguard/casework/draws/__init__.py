"""双随机、一公开: draws that anybody can re-compute."""

"""The graph of persons, institutions, doctors and drug boxes: rings that no single claim shows."""

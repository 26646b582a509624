"""What people touch: the command line, casework, and a city that never was."""

"""What the program can say of an incident, a subject a module: sentences with their sources, and gaps; pure."""

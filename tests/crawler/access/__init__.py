"""How a source lets us in, and that nothing of it is kept."""

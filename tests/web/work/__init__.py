"""Long work, and files that are checked."""

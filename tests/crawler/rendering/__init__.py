"""Pages that a browser has to make."""

"""What goes on paper: text made harmless, fonts, and whether they have every character."""

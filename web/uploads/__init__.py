"""Files that come in: read piece by piece, kept apart until somebody says what they are."""

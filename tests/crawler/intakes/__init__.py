"""What comes to us instead of being fetched."""

"""What people said they would do, and by when."""

"""What people hand in on the web pages."""

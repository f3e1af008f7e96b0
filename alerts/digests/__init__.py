"""What is told together, when its time has come."""

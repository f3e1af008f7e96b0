"""What Hinomi is made of: a bill of materials from the lock, and the lock compared with a file of advisories."""

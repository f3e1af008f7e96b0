"""Keeping a home safe and current: backups, what they are checked and restored by, and what brings old homes up."""

"""Readers of what is packed: archives, compressed files, blocks of base64."""

"""Bytes to text: which encoding it is, and how to go on where a stretch does not fit it."""

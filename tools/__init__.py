"""Tools for those who work on Hinomi; nothing of it is installed."""

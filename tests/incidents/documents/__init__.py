"""Searches over documents."""

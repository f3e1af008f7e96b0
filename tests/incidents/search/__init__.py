"""Searches over timelines."""

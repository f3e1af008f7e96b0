"""Engines for forums."""

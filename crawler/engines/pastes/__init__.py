"""Engines for paste sites."""

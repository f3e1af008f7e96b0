"""Sections of the settings that are long enough for a file of their own."""

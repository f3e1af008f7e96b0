"""Exploring access records: which fit a question, over time, by whom and what, however many there are."""

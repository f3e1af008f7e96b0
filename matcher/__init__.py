"""Finds enrolled customers in a document: readers, candidates, comparison, score and verdict; no network, no SQL."""

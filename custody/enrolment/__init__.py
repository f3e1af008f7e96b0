"""Enrolment: a file of customers is understood, read, counted, and becomes the next generation of the index."""

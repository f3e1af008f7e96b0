"""Boards in the manner of 2channel: a list of threads as text, and each thread as a file that grows at its end."""

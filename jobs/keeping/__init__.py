"""Jobs that keep no more than has to be kept."""

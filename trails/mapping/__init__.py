"""What the columns of a log mean: the mapping file, and how one is proposed from the log itself."""

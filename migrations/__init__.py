"""The database's schema as a series of steps, and every package's tables in one metadata."""

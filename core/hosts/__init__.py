"""Several machines on one database: which of them live, what each does, and the one clock that all count by."""

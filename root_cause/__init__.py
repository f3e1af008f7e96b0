"""Which extract it was, and who held or touched exactly these customers: ranked evidence, an inquiry at a time."""

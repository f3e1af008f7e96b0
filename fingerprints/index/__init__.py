"""The index as it is read: generations of mapped files, and lookups in them."""

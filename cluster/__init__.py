"""Several machines: documents judged and lists of customers read as units that a Dask scheduler hands to workers."""

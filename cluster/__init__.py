"""Several machines: documents judged as units that a Dask scheduler hands to workers which an operator runs."""

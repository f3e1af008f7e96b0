"""Several machines: their clock, their signs of life."""

"""Files of customers and of accesses that workers read in parts."""

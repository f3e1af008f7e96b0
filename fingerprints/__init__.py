"""Keyed fingerprints of customers: identifiers, keys, digests, sketches, and the index that holds them."""

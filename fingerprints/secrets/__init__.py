"""What depends on the key: sub-keys, digests, pairs, sketches and seals."""

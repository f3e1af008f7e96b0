"""What a thief of the index makes of it, with a list of people and without the key; see `benchmarks.thief`."""

"""What benchmarks measure with: enrolled populations, memory of process trees, peers in environments of their own."""

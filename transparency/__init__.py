"""The transparency log: events, documents, trail batches and hand-overs as leaves of one signed Merkle tree."""

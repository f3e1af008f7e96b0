"""The transparency log: every event, document, trail batch and hand-over a leaf of one Merkle tree, its heads signed."""

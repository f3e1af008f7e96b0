"""Commands that keep the house: set up, look after, keys, the transparency log and its proofs."""

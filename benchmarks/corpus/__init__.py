"""A labelled corpus from seeds: made-up customers over the real postal table, leaks of them, and decoys.

Shares no code with the canonical forms that it is there to test.
"""

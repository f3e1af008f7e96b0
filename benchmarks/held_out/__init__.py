"""Carriers nobody tuned anything to: worlds of numbers alone, and what the root cause says about them."""

"""Fuzzers guided by coverage; `tools/fuzz` runs them."""

"""Tests of what the benchmarks measure with, and the gate on quality."""

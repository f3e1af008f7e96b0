"""Tests of several machines."""

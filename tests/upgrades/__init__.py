"""Tests of homes that older releases made."""

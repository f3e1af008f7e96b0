"""Tests of recognising software."""

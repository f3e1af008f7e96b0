"""Tests of what machines ask the pages."""

"""Tests of custody/supervision/."""

"""Tests of backups and what they are restored to."""

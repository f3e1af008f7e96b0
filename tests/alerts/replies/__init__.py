"""Tests of what comes back from Slack."""

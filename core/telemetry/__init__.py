"""What a process tells of itself to whoever watches it from outside: spans, and its release."""

"""Real servers that tests start as child processes on loopback, and stop by their process id."""

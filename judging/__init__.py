"""Documents become findings: the queue, the child process that judges, and what is handed in by people."""

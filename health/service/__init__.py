"""The service: the machines that it runs on, and the backups of what it holds."""

"""The service: the machines that it runs on."""

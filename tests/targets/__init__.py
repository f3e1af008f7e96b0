"""Software written by others, run for real on loopback: each in its own environment (``.targets/``, see ``./run``)."""

"""Stage one: what in a passage could identify somebody at all."""

"""How the crawler behaves on the wire."""

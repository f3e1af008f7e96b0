"""Which software a site runs, and how that is read: dialects, and proposals for a new source."""

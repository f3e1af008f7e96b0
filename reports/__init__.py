"""Reports on incidents: what is known filled in with its source, what a person writes, versions, approval, outputs."""

"""Commands of an investigation: incidents, root cause, access records, suspicions."""

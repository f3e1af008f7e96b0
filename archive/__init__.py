"""Documents as captured: content by its hash, WARC records, retention, and recovery after a kill."""

"""Jobs that keep the tamper-evident record: leaves, heads, verification, settings that changed by hand."""

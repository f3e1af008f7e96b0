"""Pictures, one kind a file: pure functions from values to where things stand; templates draw them as SVG."""

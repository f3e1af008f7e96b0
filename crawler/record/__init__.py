"""What is remembered of sources: entries until they were read, posts with their versions, and the pen of a sweep."""

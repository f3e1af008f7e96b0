"""Where a leak stands: whether its posts are still there, and the request to take them down."""

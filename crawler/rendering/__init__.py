"""Pages that are nothing without their scripts, and pictures of pages: a browser in a process of its own."""

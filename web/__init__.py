"""The web pages: an app factory, one file a page, templates and static files, in Japanese and English."""

"""The web pages: an app factory, one file a page, templates, static files; served by us alone, in Japanese and English."""

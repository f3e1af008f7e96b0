"""Engines for what comes to us: mailboxes, folders, buckets, pushed documents."""

"""Site engines: one file a kind of software. An engine is pure: it is handed pages and says what to do next."""

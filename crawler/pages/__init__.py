"""Pages as an engine reads them: their encoding, their times, and what selectors find in them."""

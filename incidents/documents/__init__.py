"""Documents in searches: every place where one was seen, by what is known of it and never by what it holds."""

"""A made-up carrier with live local sites, to see the whole path work: customers, extracts, posts, leaks, decoys."""

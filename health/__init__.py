"""Whether everything is in order: what `hinomi doctor` and the page /health look at, one thing a file."""

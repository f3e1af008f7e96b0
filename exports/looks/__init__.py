"""Looking and finding nothing: what was looked through, with which gaps, as a record and as a statement to print."""

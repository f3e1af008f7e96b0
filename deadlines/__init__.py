"""Terms of the law as data, and what they come to for the facts of a leak; pure: no database, no clock of its own."""

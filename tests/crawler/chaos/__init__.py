"""A forum that misbehaves at random over weeks, without a network: what it shows when, and what has to come of it."""

"""Who is let in: tokens, sessions, the gate in front of every page, and what is written down of it."""

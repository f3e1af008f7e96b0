"""The two yardstick cases, told from a list or a posting to filed reports: the eight-year drip, and the one night."""

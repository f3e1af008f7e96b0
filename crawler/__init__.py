"""Sweeps over paste sites and forums: sources, site engines, politeness, and the child process that runs them."""

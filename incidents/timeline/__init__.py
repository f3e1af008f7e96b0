"""Timelines: the events of all incidents, the sentences that tell them, and the search over them."""

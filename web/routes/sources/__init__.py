"""The sources: how they do, one of them, and adding one."""

from web.routes.sources import added, particular, watched

ROUTES = [*watched.ROUTES, *added.ROUTES, *particular.ROUTES]
"""The pages of adding come first: a source that somebody calls ``new`` is on the list of all sources."""

"""The sources: how they do, and adding one."""

from web.routes.sources import added, watched

ROUTES = [*watched.ROUTES, *added.ROUTES]

"""Long work: files that are checked, and everything that runs or waits."""

from web.routes.work import running, scans

ROUTES = [*scans.ROUTES, *running.ROUTES]

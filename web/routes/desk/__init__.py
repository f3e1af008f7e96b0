"""The desk: the first page, lists, the workbench of one incident, its people, comparisons, trends."""

from __future__ import annotations

from web.routes.desk import affected, comparison, export, incident, incidents, overview, trends

ROUTES = [
    *overview.ROUTES, *incidents.ROUTES, *incident.ROUTES, *affected.ROUTES, *comparison.ROUTES, *trends.ROUTES,
    *export.ROUTES,
]  # fmt: skip

"""Reports: which there are, writing one beside what is known, versions with their differences, approval and filing."""

from __future__ import annotations

from web.routes.reports import lists, steps, writing

ROUTES = [*lists.ROUTES, *writing.ROUTES, *steps.ROUTES]

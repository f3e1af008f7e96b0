"""The access records behind a ranking: searched, one candidate looked at closely, one record, marks on them."""

from __future__ import annotations

from web.routes.explore import export, holder, marks, record, records

ROUTES = [*records.ROUTES, *export.ROUTES, *record.ROUTES, *holder.ROUTES, *marks.ROUTES]

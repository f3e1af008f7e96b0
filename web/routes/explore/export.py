"""Access records to take away: CSV or JSON lines, names masked, recorded with the file's hash."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.clock import local
from core.encodings.csv_text import csv_text
from core.query.errors import QueryError
from people.roles import Permission, may
from root_cause.dossier.opened import COLUMNS, KeyedMeanings, shown_records
from trails.explore.language import condition_of
from trails.explore.questions import ask
from trails.explore.rows import read_places
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.exploring import EXPORTED, names_wanted, note, records_of
from web.routes.explore.records import understood
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_ROWS: Final = 100_000
FORMATS: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


def export(request: Request) -> Response:
    """What fits, newest first, up to `MOST_ROWS`; its name and its last row say so where there is more."""
    form = form_of(request)
    kind, reveal, reason = form.get("format", "csv"), form.get("reveal") == "yes", form.get("reason", "").strip()
    if kind not in FORMATS or (reveal and not reason):
        raise HTTPException(400)
    if reveal and not may(actor_of(request), Permission.REVEAL_NAMES):
        raise HTTPException(403)
    query = form.get("q", "").strip()
    try:
        expression = understood(request, query)
    except QueryError:
        raise HTTPException(400) from None
    if expression is None:
        raise HTTPException(400)
    approved = ask_second(request, names_wanted("export", query, reason)) if reveal else {}
    opened = records_of(request)
    counted = ask(
        opened.explorer, condition_of(expression, opened.explorer, KeyedMeanings(opened)), limit=MOST_ROWS, facets=()
    )
    shown = shown_records(read_places(opened.explorer, counted.page), opened.handles, reveal=reveal)
    rows = [_row(one, opened.explorer.zone) for one in shown]
    of, name = counted.rows, "hinomi-records"
    if counted.more:
        name += f"-first-{len(rows)}-of-{of}"
        texts = world_of(request).pages.texts(request)
        rows.append({"record": texts("explore.export_cut", n=f"{len(rows):,}", of=f"{of:,}")})
    text = _csv(rows) if kind == "csv" else "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()
    told = {"count": len(shown), "of": of, "format": kind, "query": query, "sha256": digest, "reason": reason}
    note(request, EXPORTED, told | approved | {"names": reveal})
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Hinomi-Of": str(of)}
    return Response(content, media_type=FORMATS[kind], headers=headers)


def _row(one: dict[str, Any], zone: str) -> dict[str, str]:
    when = local(one["when"], zone).isoformat() if one["when"] is not None else ""
    return {"record": f"{one['part']}.{one['row']}", "when": when, **{name: one[name] for name in COLUMNS}}


def _csv(rows: list[dict[str, str]]) -> str:
    columns = ("record", "when", *COLUMNS)
    # Spreadsheets know it for UTF-8 by the mark at its beginning.
    return "\ufeff" + csv_text(columns, ([row.get(name, "") for name in columns] for row in rows))


ROUTES = [Guarded("/records/export", export, methods=["POST"], needs=Permission.EXPORT_RESULTS)]

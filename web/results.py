"""Results of a search as a file: CSV that no spreadsheet takes for formulas, or JSON lines; titles masked as on pages.

A file is made whole before anybody gets it, so that the record of it, with its length and its hash, comes first.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from core.encodings.csv_text import safe_cell
from incidents.casework.standing import limited
from incidents.timeline.events import add_event
from web.masking.masks import hidden_line, masked_address, masked_line, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from incidents.views import DocumentHit, EventView

FORMS: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
EXPORTED: Final = "results-exported"
IN_MEMORY: Final = 8 << 20
EVENT_COLUMNS: Final = ("id", "incident", "happened_at", "learned_at", "zone", "kind", "actor", "source", "text")
DOCUMENT_COLUMNS: Final = (
    "capture", "document", "incident", "sha256", "source", "address", "title", "author", "posted_at", "fetched_at",
    "state", "verdict", "people", "subjects", "fields",
)  # fmt: skip


@dataclass(slots=True)
class ResultFile:
    """A file of results, open at its beginning."""

    file: IO[bytes]
    rows: int
    sha256: str


def event_rows(events: Iterable[EventView]) -> Iterator[dict[str, Any]]:
    """Events as flat rows; what strangers wrote is masked."""
    for event in events:
        values = (
            event.id, event.incident_id, event.happened_at.isoformat(), event.learned_at.isoformat(), event.zone,
            event.kind, event.actor, event.source, told(event),
        )  # fmt: skip
        yield dict(zip(EVENT_COLUMNS, values, strict=True))


def document_rows(hits: Iterable[DocumentHit]) -> Iterator[dict[str, Any]]:
    """Places of documents as flat rows; what strangers wrote is masked."""
    for hit in hits:
        values = (
            hit.capture_id, hit.document_id, hit.incident_id, hit.sha256, hit.source, masked_address(hit.address),
            shown_line(hit, hit.title), shown_line(hit, hit.author),
            hit.posted_at.isoformat() if hit.posted_at else "", hit.fetched_at.isoformat(), hit.state,
            hit.verdict, hit.people, hit.subjects, " ".join(hit.fields),
        )  # fmt: skip
        yield dict(zip(DOCUMENT_COLUMNS, values, strict=True))


def shown_line(hit: DocumentHit, line: str) -> str:
    """A title or a name as everybody may see it: of a leak, no word of it."""
    return hidden_line(line) if hit.verdict in {"leak", "overlap"} else masked_line(line)


def write_results(rows: Iterable[dict[str, Any]], columns: tuple[str, ...], form: str) -> ResultFile:
    """All rows as a file of a form (a key of `FORMS`)."""
    digest, count = hashlib.sha256(), 0
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # whoever sends it closes it
    chunks = _csv(rows, columns) if form == "csv" else _jsonl(rows)
    for chunk, lines in chunks:
        encoded = chunk.encode("utf-8", "backslashreplace")
        digest.update(encoded)
        file.write(encoded)
        count += lines
    file.seek(0)
    return ResultFile(file, count, digest.hexdigest())


def note_export(
    session: Session, made: ResultFile, *, room: str, query: str, form: str, reason: str, actor: Actor, now: datetime
) -> None:
    """Put on record who took which results away, and why; of the search, no identifier that was typed.

    Raises:
        incidents.errors.IncidentError: The reason is too long.
    """
    data = {
        "room": room, "query": masked_line(query), "form": form, "count": made.rows, "sha256": made.sha256,
        "reason": limited(reason),
    }  # fmt: skip
    add_event(session, EXPORTED, actor=actor, now=now, data=data)


def _csv(rows: Iterable[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    yield "\ufeff" + _taken(buffer), 0  # spreadsheets take a file for UTF-8 by this mark alone
    for row in rows:
        writer.writerow(["" if row[column] is None else safe_cell(row[column]) for column in columns])
        yield _taken(buffer), 1


def _jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n", 1


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text

r"""What is a leaf, and how its row is written before it is hashed: one line of JSON with fixed keys in a fixed order.

``{"v":1,"entry":"event","id":7,…}``: numbers and truths as JSON writes them, texts with every character beyond ASCII
escaped (``\uXXXX``), moments as ``YYYY-MM-DDTHH:MM:SS.ffffffZ`` in UTC, days as ``YYYY-MM-DD``, nothing as ``null``.
A column that holds JSON stands in the line as the text that the database keeps, one that holds bytes in hexadecimal.
``v`` is `VERSION`; a column is never added to a kind, taken away or written otherwise under the same version. Columns
that change in a row's life (states, attempts, retention) and what is derived from others (search texts) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Date, LargeBinary, String, cast, func, select, type_coerce

from archive.models import Capture, DocumentRow, WarcSeal
from core.database import UTCDateTime
from core.removals import Removal
from custody.models import DONE, RUNNING, Enrolment, RegisterEvent
from incidents.models import Event, FindingRow
from trails.models import TrailImport, TrailPart

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Executable, Select
    from sqlalchemy.orm import Session

    from core.database import Base

VERSION: Final = 1
_PIECE: Final = 5000
_DENSE: Final = 4


@dataclass(frozen=True)
class Kind:
    """A kind of entry.

    Attributes:
        name: In leaves and proofs.
        table: Where its rows are.
        columns: What of a row is written, in this order, ``id`` first.
        becomes_final: A column and its value before and after (None: any other): the update by which a row of this
            kind comes to its end and becomes a leaf; none for rows that are written once.
    """

    name: str
    table: type[Base]
    columns: tuple[str, ...]
    becomes_final: tuple[str, str, str | None] | None = None

    def is_final(self) -> ColumnElement[bool] | None:
        """Which rows have to have a leaf; None for all."""
        if self.becomes_final is None:
            return None
        column, before, after = self.becomes_final
        found = getattr(self.table, column)
        condition: ColumnElement[bool] = found != before if after is None else found == after
        return condition


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "event",
            Event,
            ("id", "incident_id", "happened_at", "learned_at", "zone", "kind", "actor", "source", "data", "key"),
        ),
        Kind(
            "document",
            DocumentRow,
            (
                "id", "sha256", "size_bytes", "media_type", "charset", "truncated", "warc_file", "warc_offset",
                "first_seen_at",
            ),
        ),
        Kind(
            "capture",
            Capture,
            (
                "id", "document_id", "source", "address", "author", "posted_at", "posted_as_written", "fetched_at",
                "warc_file", "warc_offset",
            ),
        ),
        Kind(
            "finding",
            FindingRow,
            (
                "id", "sha256", "generation", "verdict", "confidence", "people", "subjects", "share", "fields",
                "extracts", "dated_from", "dated_until", "limits", "members", "made_at",
            ),
        ),
        Kind("warc-file", WarcSeal, ("id", "name", "sha256", "size_bytes", "sealed_at")),
        Kind(
            "trail-import",
            TrailImport,
            (
                "id", "system", "file_name", "sha256", "mapping", "started_at", "finished_at", "records", "new",
                "undated", "dropped", "first_at", "last_at", "limits",
            ),
            becomes_final=("state", RUNNING, DONE),
        ),
        Kind(
            "trail-part",
            TrailPart,
            ("id", "import_id", "system", "month", "path", "rows", "size_bytes", "sha256", "first_at", "last_at"),
        ),
        Kind(
            "custody",
            RegisterEvent,
            (
                "id", "kind", "about", "about_id", "extract_id", "processor_id", "happened_on", "recorded_at", "actor",
                "reason", "changes",
            ),
        ),
        Kind(
            "enrolment",
            Enrolment,
            (
                "id", "extract_name", "extract_id", "file_name", "sha256", "request", "started_at", "finished_at",
                "state", "reason", "rows", "rejected", "subjects", "generation",
            ),
            becomes_final=("state", RUNNING, None),
        ),
        Kind("removal", Removal, ("id", "kind", "row_id", "removed_at", "reason")),
    )
}  # fmt: skip
"""Every kind of entry, by name."""


def read_entries(session: Session, kind: Kind, ids: Collection[int]) -> dict[int, bytes]:
    """The entries of some rows, by id; a row that is not there is left out."""
    wanted, found = sorted(set(ids)), dict[int, bytes]()
    if not wanted:
        return found
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    (line, json_at), rows, id_column = _line(kind), _rows(kind, is_sqlite=is_sqlite), _column(kind, "id")
    if wanted[-1] - wanted[0] < _DENSE * len(wanted):
        asked = [rows.where(id_column >= wanted[0], id_column <= wanted[-1])]
    else:
        pieces = (wanted[at : at + _PIECE] for at in range(0, len(wanted), _PIECE))
        asked = [rows.where(id_column.in_(piece)) for piece in pieces]
    for statement in asked:
        for row in read_plainly(session, statement):
            found[row[0]] = _written(line, json_at, row)
    return found


def read_plainly(session: Session, statement: Executable) -> list[Any]:
    """Rows as the database's driver has them: a million are verified at once, and every layer counts.

    Only for columns that need no translation: numbers, texts, bytes.
    """
    with session.connection().execute(statement) as result:
        cursor: Any = result.cursor
        rows: list[Any] = cursor.fetchall()
        return rows


def _written(line: str, json_at: Sequence[int], row: Sequence[Any]) -> bytes:
    values = [
        encode_basestring_ascii(value) if value.__class__ is str else "null" if value is None else str(value)
        for value in row
    ]
    for at in json_at:
        values[at] = row[at] or "null"
    return (line % tuple(values)).encode()


def _line(kind: Kind) -> tuple[str, list[int]]:
    """A kind's line with a place for each value, and which of the values are JSON already."""
    places = ",".join(f'"{column}":%s' for column in kind.columns)
    json_at = [at for at, column in enumerate(kind.columns) if isinstance(_column(kind, column).type, JSON)]
    return f'{{"v":{VERSION},"entry":"{kind.name}",{places}}}', json_at


def _rows(kind: Kind, *, is_sqlite: bool) -> Select[Any]:
    return select(*(_as_text(_column(kind, column), is_sqlite=is_sqlite) for column in kind.columns))


def _column(kind: Kind, name: str) -> ColumnElement[Any]:
    found: ColumnElement[Any] = kind.table.__table__.c[name]
    return found


def _as_text(column: ColumnElement[Any], *, is_sqlite: bool) -> ColumnElement[Any]:
    """A column as both databases write it alike."""
    if isinstance(column.type, UTCDateTime):
        if is_sqlite:
            return type_coerce(func.replace(type_coerce(column, String), " ", "T").concat("Z"), String)
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    if isinstance(column.type, JSON | Date):
        return type_coerce(column, String) if is_sqlite else cast(column, String)
    if isinstance(column.type, LargeBinary):
        return func.lower(func.hex(column)) if is_sqlite else func.encode(column, "hex")
    return column

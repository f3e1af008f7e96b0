"""What is a leaf: the kinds of entries, whose rows they are, and which of their columns are written.

A row that is written once becomes a leaf as it is written; one that grows becomes a leaf when it has come to its end
(`Ending`); rows that hang on another are one leaf together (`Parts`). Columns that change in a row's life stand in no
leaf: they follow from leaves, and `transparency.verify` derives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import JSON, BigInteger, Integer, String, column, table

from archive.models import Capture, DocumentRow, WarcSeal
from core.database import UTCDateTime
from core.removals import Removal
from custody.models import DONE, RUNNING, Enrolment, Extract, Holding, IndexState, Processor, RegisterEvent
from incidents.models import Event, FindingMatch, FindingRow
from trails.models import TrailImport, TrailPart

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

SENT: Final = "sent"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a row comes to its end.

    Attributes:
        column: Which column says so.
        open: Its value before; None for nothing.
        reached: Its value after; None for any other than ``open``.
    """

    column: str
    open: str | None
    reached: str | None = None

    def holds(self, row: FromClause) -> ColumnElement[bool]:
        """Whether rows have come to it."""
        value = row.c[self.column]
        if self.reached is not None:
            return value == self.reached
        return value.is_not(None) if self.open is None else value != self.open

    def as_sql(self, row: str) -> str:
        """The same in a trigger, of ``OLD`` or ``NEW``."""
        if self.reached is not None:
            return f"{row}.{self.column} = '{self.reached}'"
        return f"{row}.{self.column} IS NOT NULL" if self.open is None else f"{row}.{self.column} <> '{self.open}'"


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows of another table that hang on a row and are written together with it.

    Attributes:
        rows: Their table.
        owner: The column that says on which row they hang.
        columns: What of them is written, in this order, and by the first of these they are ordered.
    """

    rows: FromClause
    owner: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry.

    Attributes:
        name: In leaves and proofs.
        rows: The table that its rows are in.
        columns: What of a row is written, in this order, ``id`` first.
        ending: The end that a row has to come to; none for rows that are written once.
        earlier: The columns of earlier versions, the first version first: leaves of then stay good.
        parts: Rows that hang on it, of which this is the entry.
    """

    name: str
    rows: FromClause
    columns: tuple[str, ...]
    ending: Ending | None = None
    earlier: tuple[tuple[str, ...], ...] = ()
    parts: Parts | None = None

    @property
    def table_name(self) -> str:
        """The name of its table."""
        return str(self.rows.name)  # type: ignore[attr-defined]

    @property
    def version(self) -> int:
        """Of the columns that are written now."""
        return len(self.earlier) + 1

    def columns_of(self, version: int) -> tuple[str, ...]:
        """The columns of a version."""
        return (*self.earlier, self.columns)[version - 1]

    def is_final(self) -> ColumnElement[bool] | None:
        """Which rows have to have a leaf; None for all."""
        return self.ending.holds(self.rows) if self.ending else None


_EVENT = ("id", "incident_id", "happened_at", "learned_at", "zone", "kind", "actor", "source", "data", "key")
_DOCUMENT = (
    "id", "sha256", "size_bytes", "media_type", "charset", "truncated", "warc_file", "warc_offset", "first_seen_at",
)  # fmt: skip
_CAPTURE = (
    "id", "document_id", "source", "address", "author", "posted_at", "posted_as_written", "fetched_at", "warc_file",
    "warc_offset",
)  # fmt: skip
# Rooms that stand above this one, or beside it: their tables are known by name.
_SWEEPS = table(
    "sweeps",
    column("id", Integer), column("source", String), column("started_at", UTCDateTime),
    column("finished_at", UTCDateTime), column("state", String), column("reason", String), column("requests", Integer),
    column("responses", Integer), column("documents", Integer), column("new_documents", Integer),
    column("bytes", BigInteger),
)  # fmt: skip
_MESSAGES = table(
    "messages",
    column("id", Integer), column("uuid", String), column("incident_id", Integer), column("channel", String),
    column("kind", String), column("payload", JSON), column("created_at", UTCDateTime),
    column("sent_at", UTCDateTime), column("reference", String), column("state", String),
)  # fmt: skip

KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("event", Event.__table__, (*_EVENT, "search_text"), earlier=(_EVENT,)),
        Kind("document", DocumentRow.__table__, (*_DOCUMENT, "title"), earlier=(_DOCUMENT,)),
        Kind(
            "capture",
            Capture.__table__,
            (*_CAPTURE, "purpose", "legal_basis"),
            earlier=(_CAPTURE,),
        ),
        Kind(
            "finding",
            FindingRow.__table__,
            (
                "id", "sha256", "generation", "verdict", "confidence", "people", "subjects", "share", "fields",
                "extracts", "dated_from", "dated_until", "limits", "members", "made_at",
            ),
        ),
        Kind(
            "matches",
            FindingRow.__table__,
            ("id", "sketch"),
            parts=Parts(
                FindingMatch.__table__,
                "finding_id",
                ("position", "subject", "confidence", "fields", "weights", "place"),
            ),
        ),
        Kind("membership", FindingRow.__table__, ("id", "incident_id"), ending=Ending("incident_id", open=None)),
        Kind("warc-file", WarcSeal.__table__, ("id", "name", "sha256", "size_bytes", "sealed_at")),
        Kind(
            "sweep",
            _SWEEPS,
            (
                "id", "source", "started_at", "finished_at", "state", "reason", "requests", "responses", "documents",
                "new_documents", "bytes",
            ),
            ending=Ending("state", open="running"),
        ),
        Kind(
            "trail-import",
            TrailImport.__table__,
            (
                "id", "system", "file_name", "sha256", "mapping", "started_at", "finished_at", "records", "new",
                "undated", "dropped", "first_at", "last_at", "limits",
            ),
            ending=Ending("state", open=RUNNING, reached=DONE),
        ),
        Kind(
            "trail-part",
            TrailPart.__table__,
            ("id", "import_id", "system", "month", "path", "rows", "size_bytes", "sha256", "first_at", "last_at"),
        ),
        Kind(
            "custody",
            RegisterEvent.__table__,
            (
                "id", "kind", "about", "about_id", "extract_id", "processor_id", "happened_on", "recorded_at", "actor",
                "reason", "changes",
            ),
        ),
        Kind("processor", Processor.__table__, ("id", "name", "added_at")),
        Kind("extract", Extract.__table__, ("id", "name", "added_at")),
        Kind("holding", Holding.__table__, ("id", "extract_id", "processor_id", "source_id", "added_at")),
        Kind(
            "enrolment",
            Enrolment.__table__,
            (
                "id", "extract_name", "extract_id", "file_name", "sha256", "request", "started_at", "finished_at",
                "state", "reason", "rows", "rejected", "subjects", "generation",
            ),
            ending=Ending("state", open=RUNNING),
        ),
        Kind("index", IndexState.__table__, ("id", "why", "generation", "sha256", "recorded_at")),
        Kind(
            "message",
            _MESSAGES,
            ("id", "uuid", "incident_id", "channel", "kind", "payload", "created_at", "sent_at", "reference"),
            ending=Ending("state", open="pending", reached=SENT),
        ),
        Kind("removal", Removal.__table__, ("id", "kind", "row_id", "removed_at", "reason")),
    )
}  # fmt: skip
"""Every kind of entry, by name."""

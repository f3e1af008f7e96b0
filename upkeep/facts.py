"""What a database said at the moment that it was copied: its schema, the index, the last signed head, the WARC files.

Asked in plain SQL of whatever release wrote it: a table that it does not know yet says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from upkeep.manifest import BackedUpFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

_SCHEMA: Final = "SELECT version_num FROM alembic_version"
_INDEX: Final = "SELECT sha256 FROM index_states ORDER BY id DESC LIMIT 1"
_HEAD: Final = "SELECT note FROM log_heads ORDER BY size DESC LIMIT 1"
_FILES: Final = "SELECT name FROM warc_files ORDER BY name"
_SEALS: Final = "SELECT name, size_bytes, sha256 FROM warc_seals ORDER BY id"


@dataclass(frozen=True, slots=True)
class CopiedMoment:
    """What it said.

    Attributes:
        schema: The step of the schema; empty for none.
        index: The hash of the manifest of the index that was recorded last; empty while it is switched, none where
            that is not recorded.
        head: The last signed head.
        warc_files: The names of all WARC files.
        seals: What each closed one was when it was closed, or last written anew.
    """

    schema: str = ""
    index: str | None = None
    head: str = ""
    warc_files: tuple[str, ...] = field(default=())
    seals: Mapping[str, BackedUpFile] = field(default_factory=dict)


def read_facts(connection: Connection) -> CopiedMoment:
    """Ask over a connection that sees the copied moment."""
    there = set(inspect(connection).get_table_names())

    def said(table: str, statement: str) -> str | None:
        found = connection.scalar(text(statement)) if table in there else None
        return None if found is None else str(found)

    return CopiedMoment(
        said("alembic_version", _SCHEMA) or "",
        said("index_states", _INDEX),
        said("log_heads", _HEAD) or "",
        tuple(connection.scalars(text(_FILES))) if "warc_files" in there else (),
        _seals(connection) if "warc_seals" in there else {},
    )


def _seals(connection: Connection) -> Mapping[str, BackedUpFile]:
    return {name: BackedUpFile(size, sha256) for name, size, sha256 in connection.execute(text(_SEALS))}

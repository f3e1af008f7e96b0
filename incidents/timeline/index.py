"""What made search fast before there were blocks: made by the first step of the schema, dropped by the fourteenth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

FTS_TABLE = "events_search"
TRIGRAM_INDEX = "ix_events_search_text_trigrams"
_WIDTH = 4


def create_search_structures(connection: Connection) -> None:
    """Create what searches needed beside the tables; called by the migration of ``events``."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        connection.execute(
            text(f"CREATE INDEX IF NOT EXISTS {TRIGRAM_INDEX} ON events USING gin (search_text gin_trgm_ops)")
        )
        return
    connection.execute(
        text(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {FTS_TABLE} "
            f"USING fts5(pairs, content='', columnsize=0, prefix='{_WIDTH}', tokenize='ascii')"
        )
    )


def drop_search_structures(connection: Connection) -> None:
    """Drop them: blocks take their place."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP INDEX IF EXISTS {TRIGRAM_INDEX}"))
    else:
        connection.execute(text(f"DROP TABLE IF EXISTS {FTS_TABLE}"))

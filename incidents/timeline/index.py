"""What makes search fast: character pairs in FTS5 on SQLite, a trigram index on PostgreSQL.

SQLite's own trigram tokenizer finds nothing for words of one or two characters, which is what Japanese words are. So we
cut texts into pairs of neighbouring characters ourselves: a longer word is the phrase of its pairs, a single character
the beginning of a pair. Each character is written as four letters or digits, since FTS5 would drop or fold some.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

FTS_TABLE = "events_search"
TRIGRAM_INDEX = "ix_events_search_text_trigrams"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDTH = 4  # 36**4 is more than there are code points


def create_search_structures(connection: Connection) -> None:
    """Create what `incidents.timeline.search` needs beside the tables; called by the migration of ``events``."""
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


def is_search_structure(name: str | None) -> bool:
    """Whether a table or an index of that name is one of these, so that comparing models and tables leaves it out."""
    return bool(name) and str(name).startswith((FTS_TABLE, TRIGRAM_INDEX))


def index_event(session: Session, event_id: int, search_text: str) -> None:
    """Make one event findable; PostgreSQL does it by itself."""
    index_events(session, [(event_id, search_text)])


def index_events(session: Session, events: Iterable[tuple[int, str]]) -> None:
    """Make events findable, given as id and search text."""
    if session.get_bind().dialect.name == "postgresql":
        return
    rows = [{"id": event_id, "pairs": pairs(search_text)} for event_id, search_text in events]
    if rows:
        session.execute(text(f"INSERT INTO {FTS_TABLE}(rowid, pairs) VALUES (:id, :pairs)"), rows)  # noqa: S608  # our own constant


def pairs(search_text: str) -> str:
    """The tokens of a text: each pair of neighbouring characters, then the last character alone."""
    letters = [_letters(character) for character in search_text]
    return " ".join(map("".join, zip(letters, [*letters[1:], ""], strict=True)))


def match_expression(words: Iterable[str]) -> str:
    """What FTS5 is asked for: every word occurs in the text, as it is written."""
    return " AND ".join(_phrase(word) for word in words)


def _phrase(word: str) -> str:
    letters = [_letters(character) for character in word]
    if len(letters) == 1:
        return f'"{letters[0]}" *'
    return '"' + " ".join(map("".join, pairwise(letters))) + '"'


@cache
def _letters(character: str) -> str:
    code, letters = ord(character), ""
    for _ in range(_WIDTH):
        code, digit = divmod(code, len(_DIGITS))
        letters = _DIGITS[digit] + letters
    return letters

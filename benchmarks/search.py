"""Searching timelines: the first page, facets and days of every kind of query, beside LIKE in the same run.

``search [EVENTS] [--folder DIR] [--postgresql]``; a million events by default. With ``--folder`` the database is kept
and taken again.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, text

from benchmarks._events import LEFT_WORD, NEWEST_WORD, OLDEST_WORD, RARE_WORD, RIGHT_WORD, START, event_rows
from core.actors import SYSTEM
from core.database import Database
from incidents.blocks.models import EventBlock
from incidents.blocks.sealing import seal
from incidents.models import Event, Incident
from incidents.timeline.events import NewEvent, add_event, add_events
from incidents.timeline.search import parse_query, search, search_all
from migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INCIDENTS: Final = 20_000
BATCH: Final = 50_000
WRITTEN: Final = 20_000
WRITTEN_AT_ONCE: Final = 500
FIRST_PAGE_MS, ALL_MS = 300, 500
TRIED: Final = 5
_NOW: Final = datetime(2026, 11, 28, tzinfo=UTC)
_COLUMNS: Final = (
    "incident_id", "happened_at", "learned_at", "zone", "kind", "actor", "source", "data", "search_text", "key",
)  # fmt: skip
QUERIES: Final = {
    "everything": "",
    "rare word": RARE_WORD,
    "word in nearly all": "文書",
    "long word, common": "posted again at",
    "long word, nowhere": "posted masked again",
    "two words, never together": f"{LEFT_WORD} {RIGHT_WORD}",
    "two words, often together": "再委託 端末機",
    "one character": "漏",
    "filter": "kind:note",
    "filter, rare": "kind:verified",
    "filter and word": "kind:note 再委託",
    "actor and word": "actor:a.佐藤0 検証",
    "incident": "incident:4242",
    "state and word": "state:dismissed 名簿",
    "negation": "文書 -kind:viewed -名簿",
    "only negation": "-文書",
    "either": f"{RARE_WORD} OR 速報",
    "only among the oldest": OLDEST_WORD,
    "only among the newest": NEWEST_WORD,
    "wildcard": "actor:*佐藤* kind:task-*",
    "a month": f"on:{START.year + 3}-05 端末",
    "numbers": "10.25.113.7",
    "a piece of a hash": "c0ffee",
    "nested": "(再委託 OR 委託先) -(kind:note OR 速報) source:paste-*",
}


def main(arguments: Sequence[str]) -> int:
    """Fill a database, seal it, ask everything of it; 0 when every budget was kept."""
    parser = argparse.ArgumentParser(prog="search", description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--baseline", type=int, default=4, help="how many queries LIKE is asked as well")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        database = _database(stack, asked)
        _fill(database, asked.events)
        started = time.perf_counter()
        blocks = seal(database)
        took = time.perf_counter() - started
        print(f"sealed {blocks} blocks in {took:.0f} s ({asked.events / took if blocks else 0:,.0f} events/s)")
        _say_sizes(database)
        kept = _ask(database, asked.baseline)
        _write(database)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"resident at most {peak:.0f} MiB, filling and sealing included")
        database.close()
    return 0 if kept else 1


def _database(stack: ExitStack, asked: argparse.Namespace) -> Database:
    if asked.postgresql:
        from tests.servers.postgresql import postgresql_server

        server = stack.enter_context(postgresql_server())
        database = Database(f"{server}/postgres")
    else:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite:///{folder / 'hinomi.db'}")
    upgrade(database)
    return database


def _fill(database: Database, count: int) -> None:
    with database.write() as session:
        if session.scalar(select(func.max(Event.id))):
            return
        session.execute(text("DELETE FROM log_waiting"))
        session.execute(
            insert(Incident),
            [
                {
                    "state": ("open", "confirmed", "contained", "closed", "dismissed")[number % 5], "severity": "low",
                    "opened_at": START, "updated_at": START, "first_seen_at": START, "subjects": number, "people": 0,
                    "documents": 1, "sightings": 1, "confidence": 0.9, "fields": {"name": 1, "phone": 1},
                    "sources": [f"paste-{number % 40}"], "members": b"",
                }
                for number in range(INCIDENTS)
            ],
        )  # fmt: skip
    rows, started = event_rows(count, INCIDENTS), time.perf_counter()
    _load_sqlite(database, rows) if database.is_sqlite else _load_postgresql(database, rows)
    print(f"made up and loaded {count:,} events in {time.perf_counter() - started:.0f} s")


def _load_sqlite(database: Database, rows: Iterator[dict[str, Any]]) -> None:
    def values(row: dict[str, Any]) -> tuple[Any, ...]:
        given = row | {"data": json.dumps(row["data"])}
        for name in ("happened_at", "learned_at"):
            given[name] = row[name].strftime("%Y-%m-%d %H:%M:%S.%f")
        return tuple(given[name] for name in _COLUMNS)

    connection: Any = database.engine.raw_connection().driver_connection
    connection.execute("PRAGMA synchronous=OFF")
    marks = ",".join("?" * len(_COLUMNS))
    while some := [values(row) for row in islice(rows, BATCH)]:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO events ({','.join(_COLUMNS)}) VALUES ({marks})", some)  # noqa: S608  # our own names
        connection.execute("DELETE FROM log_waiting")
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA synchronous=FULL")


def _load_postgresql(database: Database, rows: Iterator[dict[str, Any]]) -> None:
    connection: Any = database.engine.raw_connection().driver_connection
    while some := list(islice(rows, BATCH)):
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY events ({','.join(_COLUMNS)}) FROM STDIN") as copy:
                for row in some:
                    copy.write_row([(row | {"data": json.dumps(row["data"])})[name] for name in _COLUMNS])
            cursor.execute("TRUNCATE log_waiting")
        connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")


def _say_sizes(database: Database) -> None:
    with database.read() as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 1
        blocks = session.scalar(select(func.count()).select_from(EventBlock))
        leaves = session.scalar(text("SELECT sum(length(body)) FROM event_leaves")) or 0
        texts = session.scalar(text("SELECT sum(length(search_text)) FROM (SELECT search_text FROM events LIMIT 9999)"))
    print(
        f"{events:,} events of {(texts or 0) / 9999:.0f} characters; {blocks} blocks, {leaves / events:.0f} bytes each"
    )


def _ask(database: Database, baseline: int) -> bool:
    print("milliseconds: median and worst by the clock, median of processor time")
    print(f"{'':26} {'hits':>9} {'page':>6} {'worst':>6} {'cpu':>5} {'all':>6} {'worst':>6} {'cpu':>5} {'LIKE':>8}")
    kept = True
    for at, (name, query) in enumerate(QUERIES.items()):
        pages: list[tuple[float, float]] = []
        alls: list[tuple[float, float]] = []
        for _ in range(TRIED):
            with database.read() as session, _Watch(pages):
                page = search(session, query, language="ja")
            with database.read() as session, _Watch(alls):
                search_all(session, parse_query(query), language="ja")
        like = _like(database, query) if at < baseline and ":" not in query else ""
        hits = f"{page.total:,}" + ("" if page.is_all else "+")
        print(f"{name:26} {hits:>9} {_figures(pages)} {_figures(alls)} {like:>8}")
        in_time = statistics.median(one for one, _ in pages) <= FIRST_PAGE_MS
        kept = kept and in_time and statistics.median(one for one, _ in alls) <= ALL_MS
    return kept


class _Watch:
    """Milliseconds by the clock and of processor time, put at the end of a list."""

    def __init__(self, into: list[tuple[float, float]]) -> None:
        self._into = into

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, processor = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        self._into.append((wall * 1000, processor * 1000))


def _figures(taken: list[tuple[float, float]]) -> str:
    walls, processor = [one for one, _ in taken], [one for _, one in taken]
    return f"{statistics.median(walls):6.0f} {max(walls):6.0f} {statistics.median(processor):5.0f}"


def _like(database: Database, query: str) -> str:
    """Milliseconds of asking the database itself for the newest hits and their number."""
    newest = select(Event.id).where(Event.search_text.contains(query, autoescape=True))
    with database.read() as session:
        started = time.perf_counter()
        session.execute(newest.order_by(Event.happened_at.desc(), Event.id.desc()).limit(51)).all()
        session.scalar(select(func.count()).select_from(newest.subquery()))
        return f"{(time.perf_counter() - started) * 1000:,.0f}"


def _write(database: Database) -> None:
    started = time.perf_counter()
    for batch in range(WRITTEN // WRITTEN_AT_ONCE):
        with database.write() as session:
            for number in range(WRITTEN_AT_ONCE):
                data = {"text": f"書き込み {batch} {number} 委託先に確認した", "made": {}}
                add_event(session, "note", actor=SYSTEM, now=_NOW, incident_id=1, data=data)
    took = time.perf_counter() - started
    print(f"written through add_event, {WRITTEN_AT_ONCE} a transaction: {WRITTEN / took:,.0f} events/s")
    started = time.perf_counter()
    for batch in range(WRITTEN // WRITTEN_AT_ONCE):
        with database.write() as session:
            texts = (f"書き込み {batch} {number} 再委託先に確認した" for number in range(WRITTEN_AT_ONCE))
            events = [NewEvent("note", 1, data={"text": text, "made": {}}) for text in texts]
            add_events(session, events, actor=SYSTEM, now=_NOW)
    took = time.perf_counter() - started
    print(f"written through add_events, {WRITTEN_AT_ONCE} a transaction: {WRITTEN / took:,.0f} events/s")

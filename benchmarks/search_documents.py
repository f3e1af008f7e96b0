"""Searching documents: the first page and the count of every kind of query, over a million captures by default."""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.database import Database
from incidents.documents.search import parse_documents, search_documents
from migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Sequence

START: Final = datetime(2020, 1, 1, tzinfo=UTC)
TRIED: Final = 5
BATCH: Final = 50_000
_CLEAR: Final = 0.97
_WORDS: Final = "fresh dump list 名簿 顧客 流出 combo mail pass free vip 会員 契約 sale leak".split()  # noqa: SIM905  # as words
_COLUMNS: Final = {
    "documents": (
        "id, sha256, size_bytes, title, warc_file, warc_offset, first_seen_at, keep_until, held, state, "
        "media_type, charset, truncated, failure, attempts"
    ),
    "captures": (
        "id, document_id, source, address, author, posted_at, posted_as_written, fetched_at, warc_file, "
        "warc_offset, state"
    ),
    "capture_texts": ("capture_id, title, author, address, source"),
    "findings": (
        "id, document_id, sha256, generation, verdict, confidence, people, subjects, share, fields, "
        "extracts, limits, sketch, members, made_at, state"
    ),
}
QUERIES: Final = {
    "everything": "", "rare word": "zanzibar", "common word": "名簿", "two words": "名簿 combo", "negation": "-名簿",
    "either": "zanzibar OR 名簿", "title": "title:顧客", "hash": "hash:00ab", "verdict, rare": "verdict:leak",
    "verdict, common": "verdict:clear", "verdict and word": "verdict:leak 名簿", "people": "people:>=500",
    "field": "field:phone AND field:address", "author": "author:user77*", "only the oldest": "on:2020-01-01 名簿",
    "state": "state:failed",
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Fill a database and ask everything of it."""
    parser = argparse.ArgumentParser(prog="search_documents", description=__doc__)
    parser.add_argument("captures", type=int, nargs="?", default=1_000_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'hinomi.db'}")
        upgrade(database)
        _fill(database, asked.captures)
        print(f"{asked.captures:,} captures; milliseconds by the clock (median, worst), and of processor time (median)")
        for name, query in QUERIES.items():
            taken = []
            for _ in range(TRIED):
                with database.read() as session:
                    began = time.perf_counter(), time.process_time()
                    page = search_documents(session, parse_documents(query))
                    taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
            walls, processor = [one for one, _ in taken], [one for _, one in taken]
            figures = f"{statistics.median(walls) * 1000:7.0f} {max(walls) * 1000:7.0f}"
            hits = f"{page.total:,}" + ("" if page.is_all else "+")
            print(f"{name:20} {hits:>9} {figures} {statistics.median(processor) * 1000:7.0f}")
        database.close()
    return 0


def _fill(database: Database, count: int) -> None:
    draw = random.Random(1)
    connection: Any = database.engine.raw_connection().driver_connection
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    for begin in range(0, count, BATCH):
        documents, captures, texts, findings = [], [], [], []
        for number in range(begin + 1, min(begin + BATCH, count) + 1):
            at = (START + timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
            title = " ".join(draw.choices(_WORDS, k=5)) + (" zanzibar" if draw.random() < 1 / 50_000 else "")
            source, author = f"paste-{int(draw.random() * 200)}", f"user{int(draw.random() * 50_000)}"
            address, sha256 = f"https://{source}.example/{number:x}", f"{draw.getrandbits(256):064x}"
            state = "failed" if draw.random() < 1 / 1000 else "matched"
            documents.append((number, sha256, 100, title, "w", 0, at, at, 0, state))
            captures.append((number, number, source, address, author, at, "", at, "w", 0, "reported"))
            texts.append((number, title, author, address, source))
            verdict = "clear" if draw.random() < _CLEAR else draw.choice(["leak", "overlap", "unread"])
            people = 0 if verdict == "clear" else int(draw.lognormvariate(5, 2))
            fields = json.dumps({} if verdict == "clear" else {"phone": 1, draw.choice(["address", "name"]): 1})
            told = (verdict, 0.9, people, people, 0.5, fields, "[]", "[]", "[]", b"", at, "reported")
            findings.append((number, number, sha256, 1, *told))
        connection.execute("BEGIN")
        _many(connection, "documents", [(*row, "", "", "", "", 0) for row in documents])
        _many(connection, "captures", captures)
        _many(connection, "capture_texts", texts)
        _many(connection, "findings", findings)
        connection.execute("DELETE FROM log_waiting")
        connection.execute("COMMIT")


def _many(connection: Any, table: str, rows: list[Any]) -> None:
    columns = _COLUMNS[table]
    marks = ", ".join("?" * len(columns.split(",")))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  # our own names

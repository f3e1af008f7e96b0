"""Random access records, and the plain answers to questions about them: row by row, in Python alone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from trails.explore.conditions import (
    AtRows,
    ClockHours,
    Either,
    Every,
    InSessions,
    NamedIn,
    NamedLike,
    OfLine,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
)
from trails.explore.explorer import Explorer
from trails.explore.lens import lens_path, make_lens, read_head, write_lens
from trails.models import TrailPart
from trails.records import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from trails.explore.conditions import Condition

BEGIN = 1_711_700_000
"""29 March 2024, so that clocks in Europe change among the records."""
SPREAD = 9 * 86_400
NAMES = {
    "operator": ["op-1", "op-2", "佐藤", None],
    "account": ["a", "b", None],
    "terminal": ["T1", "T2", "T3", "T4", None],
    "address": ["10.0.0.1", "10.0.0.2", None],
    "processor": ["委託先A", None],
    "extract": ["sales", None],
    "outcome": ["OK", "失敗", None],
    "host": ["h1", None],
    "action": ["view", "export", "search", None],
    "session": ["s1", "s2", "s3", None],
}
SUBJECTS = [0, *(number << 40 | 9 for number in range(1, 12))]
ZONES = ["Asia/Tokyo", "Europe/Berlin", "Asia/Kathmandu"]


@dataclass
class Rows:
    """The rows of all files, each a dictionary, and an explorer over the same."""

    explorer: Explorer
    rows: list[dict[str, Any]] = field(default_factory=list)


def seeded(seed: int) -> Random:
    """Numbers that come out the same each time."""
    return random.Random(seed)  # noqa: S311  # made up


def write_random(rng: Random, folder: Path, zone: str) -> Rows:
    """A few files of random rows."""
    parts, rows = [], []
    for number in range(1, rng.randint(1, 3) + 1):
        own = [_row(rng) for _ in range(rng.randint(1, 60))]
        own.sort(key=lambda row: (str(row["operator"]), row["when"] or datetime.max.replace(tzinfo=UTC)))
        frame = pl.DataFrame(own, schema=SCHEMA, orient="row")
        path = folder / f"{number}.parquet"
        frame.write_parquet(path, row_group_size=16)
        system, sha256 = rng.choice(["crm", "billing"]), f"{number:064x}"
        write_lens(make_lens(frame), lens_path(path), sha256)
        head = read_head(lens_path(path), sha256)
        assert head is not None
        part = TrailPart(id=number, import_id=1, system=system, sha256=sha256, rows=len(frame))
        parts.append((part, path, head))
        rows += [{**row, "part": number, "row": at, "system": system} for at, row in enumerate(own)]
    return Rows(Explorer(parts, zone), rows)


def _row(rng: Random) -> dict[str, Any]:
    named: dict[str, Any] = {name: rng.choice(values) for name, values in NAMES.items()}
    second = BEGIN + rng.randrange(SPREAD)
    named["when"] = None if rng.random() < 0.1 else datetime.fromtimestamp(second, UTC)
    subject = rng.choice(SUBJECTS)
    rest = {"offset_min": 540, "sequence": None, "subject": subject, "line": rng.randrange(1, 6)}
    return {name: {**named, **rest}[name] for name in SCHEMA}


def fits(row: dict[str, Any], condition: Condition, zone: str) -> bool:  # noqa: C901, PLR0911  # one line a kind
    """Whether a row fits a condition."""
    local = row["when"].astimezone(ZoneInfo(zone)) if row["when"] is not None else None
    match condition:
        case NamedIn():
            return bool(row[condition.field] in condition.names)
        case NamedLike():
            return any(condition.text.lower() in (row[name] or "").lower() for name in condition.fields)
        case TimeSpan():
            return local is not None and condition.first <= local.timestamp() < condition.until
        case ClockHours():
            return local is not None and local.hour in condition.hours
        case Weekdays():
            return local is not None and local.weekday() in condition.days
        case OfSubjects():
            return bool(row["subject"] != 0 and row["subject"] in condition.digests.tolist())
        case InSessions():
            return bool(row["session"] in condition.names)
        case AtRows():
            return bool(row["row"] in condition.rows.get(row["part"], []))
        case OfLine():
            return bool(row["part"] == condition.part and row["line"] == condition.digest)
        case Every():
            return all(fits(row, part, zone) for part in condition.parts)
        case Either():
            return any(fits(row, part, zone) for part in condition.parts)
        case Without():
            return not fits(row, condition.part, zone)


def newest_first(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The places of rows in the order of pages."""
    ordered = sorted(rows, key=lambda row: (_second(row), row["part"], row["row"]), reverse=True)
    return [(row["part"], row["row"]) for row in ordered]


def counted(rows: list[dict[str, Any]], name: str) -> dict[str | None, int]:
    """How often each value of a field occurs."""
    return dict(Counter(row[name] for row in rows))


def by_quarter(rows: list[dict[str, Any]]) -> dict[int, int]:
    """How many rows fall into each quarter of an hour since 1970."""
    return dict(Counter(_second(row) // 900 for row in rows if row["when"] is not None))


def _second(row: dict[str, Any]) -> int:
    return int(row["when"].timestamp()) if row["when"] is not None else 0

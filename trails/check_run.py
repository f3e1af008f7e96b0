"""Runs the regular checks over what was imported since the last time, system by system.

New records are held against those of about a year before; each import is looked at once (or again, when asked), and
what is found again stays one row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select, update

from core.database import insert_into
from trails.checks import load_checks
from trails.checks.interface import COLUMNS, Look
from trails.errors import DamagedTrailError
from trails.models import TrailImport, TrailPart, TrailSuspicion
from trails.store.parts import UNDATED, scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from trails.checks.interface import Suspicion
    from trails.rules import Rules

LOOKBACK_DAYS: Final = 400
"""How far back records are read: a year and a month."""
EPOCH: Final = date(1970, 1, 1)
GROWN: Final = 2
"""An explanation holds for what it was given for, and up to twice as much."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A system's unchecked imports, and the files with their records and with those to hold them against."""

    system: str
    imports: tuple[int, ...]
    fresh: tuple[Path, ...]
    known: tuple[Path, ...]


def check_trails(
    database: Database, trails_dir: Path, rules: Rules, *, zone: str, now: datetime, again: bool = False
) -> list[int]:
    """Look at what is new in every system; the numbers of the suspicions that were not known.

    Args:
        database: Where imports and suspicions stand.
        trails_dir: Where the records are.
        rules: What is allowed.
        zone: Where days and hours are counted.
        now: The time.
        again: Look at all imports once more, however old their records.
    """
    with database.read() as session:
        works = _works(session, trails_dir, again=again)
    found: list[int] = []
    for work in works:
        look = Look(work.system, _records(work, zone), rules)
        suspicions = [one for check in load_checks().values() for one in check.find(look)]
        with database.write() as session:
            found += [n for one in suspicions if (n := _note(session, work.system, one, now)) is not None]
            session.execute(update(TrailImport).where(TrailImport.id.in_(work.imports)).values(checked_at=now))
    return found


def _works(session: Session, trails_dir: Path, *, again: bool) -> list[_Work]:
    asked = select(TrailImport.system, TrailImport.id).where(TrailImport.state == "done")
    asked = asked if again else asked.where(TrailImport.checked_at.is_(None))
    imports: dict[str, list[int]] = {}
    for system, number in session.execute(asked.order_by(TrailImport.system, TrailImport.id)):
        imports.setdefault(system, []).append(number)
    return [_work(session, trails_dir, system, numbers, again=again) for system, numbers in imports.items()]


def _work(session: Session, trails_dir: Path, system: str, imports: Sequence[int], *, again: bool) -> _Work:
    parts = session.scalars(select(TrailPart).where(TrailPart.system == system).order_by(TrailPart.path)).all()
    latest = max((part.last_at for part in parts if part.last_at), default=datetime.now(UTC))
    first = f"{latest - timedelta(days=LOOKBACK_DAYS):%Y-%m}"
    wanted = [part for part in parts if again or part.month >= first or part.month == UNDATED]
    paths: dict[bool, list[Path]] = {True: [], False: []}
    for part in wanted:
        path = trails_dir / part.path
        if not path.is_file():
            raise DamagedTrailError(f"the trail file {path} is missing", hint="Restore the trails folder.")
        paths[part.import_id in set(imports)].append(path)
    return _Work(system, tuple(imports), tuple(paths[True]), tuple(paths[False]))


def _records(work: _Work, zone: str) -> pl.LazyFrame:
    """The records as the checks see them (`COLUMNS`)."""
    whole = pl.concat([scan(work.fresh).with_columns(fresh=True), scan(work.known).with_columns(fresh=False)])
    local = pl.col("when").dt.convert_time_zone(zone)
    text = [pl.col(name).cast(pl.String) for name in ("account", "terminal", "processor", "action", "extract")]
    return whole.select(
        local.dt.date().cast(pl.Int32).alias("day"),
        local.dt.hour().alias("hour"),
        pl.coalesce(pl.col("operator").cast(pl.String), pl.col("account").cast(pl.String)).alias("who"),
        *text,
        "subject",
        "fresh",
    ).select(*COLUMNS)


def _note(session: Session, system: str, one: Suspicion, now: datetime) -> int | None:
    """Write a suspicion down; its number, or None when it was known."""
    values = {
        "key": one.key(system), "system": system, "check": one.check, "kind": one.kind, "name": one.name,
        "day": EPOCH + timedelta(days=one.day), "measured": float(one.measured), "usual": float(one.usual or 0),
        "detail": one.detail, "state": "open", "reason": "", "actor": "", "found_at": now,
    }  # fmt: skip
    insert = insert_into(session, TrailSuspicion).values(**values)
    new = session.scalar(insert.on_conflict_do_nothing().returning(TrailSuspicion.id))
    if new is None:
        _grow(session, str(values["key"]), one.measured)
    return new


def _grow(session: Session, key: str, measured: float) -> None:
    """Note that what is known has grown; far beyond what somebody explained, it wants another explanation."""
    known = session.scalars(select(TrailSuspicion).where(TrailSuspicion.key == key)).one()
    if known.state == "explained" and measured > GROWN * known.measured:
        known.state = "open"
    known.measured = max(known.measured, measured)

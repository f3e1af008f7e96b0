"""Taking a log file into a system's trail: all of it or nothing, each line once, whatever was dropped named.

The file is read twice at most: its hash first, then its lines in blocks. Parquet files are written beside; one
database transaction at the end makes them count, together with days, sequence numbers and gaps. A process killed
before that leaves files nobody reads, and a row in state ``running`` that the next import of the system marks as
failed.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
from sqlalchemy import select, update

from core.files import sync_folder
from core.processes.peak import PeakMemory
from trails.far_lines import make_far
from trails.gaps import Gap, note_days, note_sequences, refresh_gaps
from trails.lines import file_sha256, read_pieces
from trails.mapping.mapping_file import as_table, mapping_path, save_mapping
from trails.mapping.plan import Plan, assumptions, plan_import
from trails.models import TrailImport, TrailPart
from trails.record_maker import RecordMaker, choose_helpers, is_large, make_all
from trails.store.known_lines import SeenLines
from trails.store.parts import (
    UNDATED,
    PartWriter,
    part_paths,
    put_in_place,
    read_lines,
    remove_leftovers,
    system_lock,
)
from trails.times import TimeReading

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.processes.far_parts import FarReaders
    from trails.formats.interface import Dropped
    from trails.mapping.mapping_file import TrailMapping
    from trails.records import AccessRecords, Doorkeeper
    from trails.store.kept_lines import LineKeeper

__all__ = ["ImportResult", "Plan", "plan_import", "run_import"]

FUTURE_ALLOWED = timedelta(days=1)
"""Clocks of other machines may run ahead of ours, not by more than this."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did; ``gaps`` are all of the system's, as they stand now."""

    import_id: int
    system: str
    records: int
    new: int
    undated: int
    dropped: list[Dropped]
    gaps: list[Gap]
    limits: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mib: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the command line's contract has it."""
        return {
            "system": self.system,
            "records": self.records,
            "new": self.new,
            "dropped": [{"line": one.line, "reason": one.reason} for one in self.dropped],
            "gaps": [gap.as_json() for gap in self.gaps],
            "undated": self.undated,
            "limits": self.limits,
            "import": self.import_id,
            "seconds": round(self.seconds, 2),
            "peak_mib": self.peak_mib,
        }


@dataclass
class _Totals:
    records: int = 0
    new: int = 0
    undated: int = 0
    dropped: list[Dropped] = field(default_factory=list)
    days: list[pl.DataFrame] = field(default_factory=list)
    sequences: list[pl.DataFrame] = field(default_factory=list)


def run_import(
    plan: Plan,
    trails_dir: Path,
    database: Database,
    door: Doorkeeper,
    clock: Clock,
    progress: Callable[[int], None] = lambda _: None,
    helpers: int | None = None,
    keeper: LineKeeper | None = None,
    far: FarReaders | None = None,
) -> ImportResult:
    """Take the planned file in.

    Args:
        plan: What the file is, as a person confirmed it.
        trails_dir: Where trails are kept.
        database: Where what they hold is noted.
        door: Makes digests of customer numbers and lines.
        clock: What time it is.
        progress: Is told how many records there are so far.
        helpers: Processes to work in beside this one; by default as the size of the file wants it.
        keeper: Keeps the lines themselves beside their records; without one, only their digests are kept.
        far: Those who make records of a large file's lines, in place of this machine's processes, under the same key.

    Raises:
        TrailBusyError: Another process imports into the same system.
    """
    started, system = clock.now(), plan.mapping.system
    with PeakMemory() as memory, system_lock(trails_dir, system):
        with database.write() as session:
            session.execute(
                update(TrailImport)
                .where(TrailImport.system == system, TrailImport.state == "running")
                .values(state="failed")
            )
            remove_leftovers(session, trails_dir, system)
        save_mapping(plan.mapping, mapping_path(trails_dir, system))
        sha256 = file_sha256(plan.path)
        with database.write() as session:
            row = TrailImport(
                system=system,
                file_name=plan.path.name,
                sha256=sha256,
                mapping=as_table(plan.mapping),
                started_at=started,
            )
            session.add(row)
            session.flush()
            import_id = row.id
        totals, writer = _Totals(), PartWriter(trails_dir / "staging" / system, import_id, keeper)
        reading, limits = assumptions(plan, TimeReading(plan.mapping.zone, started.date()))
        latest = started + FUTURE_ALLOWED
        make = RecordMaker(plan.mapping, reading, door, latest, plan.format, plan.head, keeper is not None)
        try:
            if keeper is not None:
                keeper.begin(import_id)
            with closing(_made(plan, make, helpers, far)) as made:
                _keep_all(made, plan.mapping, trails_dir, database, totals, writer, progress, keeper)
            return _commit(import_id, plan, trails_dir, database, clock, totals, writer, limits, memory)
        finally:
            if keeper is not None:
                keeper.close()


def _made(
    plan: Plan, make: RecordMaker, helpers: int | None, far: FarReaders | None
) -> Generator[AccessRecords, None, None]:
    """The records of the file, in its order, by whoever is to make them."""
    jobs = make.jobs(read_pieces(plan.path, plan.encoding))
    if far is not None and is_large(plan.path):
        return make_far(jobs, make, far, plan.path.name)
    return make_all(jobs, make, choose_helpers(plan.path) if helpers is None else helpers)


def _keep_all(
    blocks: Iterator[AccessRecords],
    mapping: TrailMapping,
    trails_dir: Path,
    database: Database,
    totals: _Totals,
    writer: PartWriter,
    progress: Callable[[int], None],
    keeper: LineKeeper | None,
) -> None:
    """What is new of all records to the writer, in the order of the file."""

    def load(month: str) -> Any:
        with database.read() as session:
            paths = part_paths(session, trails_dir, system=mapping.system, months=[month])
        return read_lines([*paths, *(part.path for part in writer.parts if part.month == month)])

    seen = SeenLines(load, writer.flush)
    for made in blocks:
        totals.records += made.lines
        totals.dropped += made.dropped
        kept = (keeper, made.raw) if keeper is not None and made.raw is not None else None
        _take(made.frame, mapping.zone, seen, writer, totals, kept)
        progress(totals.records)


def _take(
    frame: pl.DataFrame,
    zone: str,
    seen: SeenLines,
    writer: PartWriter,
    totals: _Totals,
    kept: tuple[LineKeeper, pl.Series] | None,
) -> None:
    """Hand the new rows of a block to the writer, month by month, and count them; their lines to who keeps these."""
    if frame.is_empty():
        return
    for month, rows in _by_month(frame):
        fresh = seen.take_new(month, rows["line"].to_numpy(), rows["row"].to_numpy())
        if not fresh.any():
            continue
        new = rows if fresh.all() else rows.filter(pl.Series(fresh))
        place = new["row"].to_numpy()
        first = np.r_[True, place[1:] != place[:-1]]
        records = new if first.all() else new.filter(pl.Series(first))
        totals.new += len(records)
        totals.undated += len(records) if month == UNDATED else 0
        totals.days.append(
            records.group_by("host", pl.col("when").dt.convert_time_zone(zone).dt.date().alias("day")).len()
        )
        numbered = records.filter(pl.col("sequence").is_not_null())
        if len(numbered):
            totals.sequences.append(numbered.select("host", "sequence"))
        if kept is not None:
            keeper, raw = kept
            keeper.add(
                month, raw if len(records) == len(raw) else raw.gather(records["row"]), records["line"].to_numpy()
            )
        writer.add(month, new.drop("row"))


def _by_month(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each month, and those without a time; a block is nearly always of one month."""
    when = frame["when"]
    first, last = cast("datetime | None", when.min()), cast("datetime | None", when.max())
    if first and last and not when.null_count() and (first.year, first.month) == (last.year, last.month):
        yield f"{first:%Y-%m}", frame
        return
    year_month = pl.col("when").dt.year() * 100 + pl.col("when").dt.month()
    frame = frame.with_columns(month=year_month.fill_null(0))
    for (number,), rows in frame.partition_by("month", as_dict=True, include_key=False).items():
        yield (f"{number // 100:04d}-{number % 100:02d}" if number else UNDATED), rows


def _commit(
    import_id: int,
    plan: Plan,
    trails_dir: Path,
    database: Database,
    clock: Clock,
    totals: _Totals,
    writer: PartWriter,
    limits: list[str],
    memory: PeakMemory,
) -> ImportResult:
    """Put the files in place and make them count, all in one transaction."""
    system = plan.mapping.system
    parts = writer.close()
    placed = [put_in_place(part, trails_dir, system) for part in parts]
    if placed:
        sync_folder(trails_dir / "records" / system)
    now = clock.now()
    firsts, lasts = [p.first_at for p in parts if p.first_at], [p.last_at for p in parts if p.last_at]
    with database.write() as session:
        for part, path in zip(parts, placed, strict=True):
            session.add(
                TrailPart(
                    import_id=import_id, system=system, month=part.month, path=path, rows=part.rows,
                    size_bytes=part.size_bytes, sha256=part.sha256, first_at=part.first_at, last_at=part.last_at,
                    sessions=part.sessions, exports=part.exports,
                )
            )  # fmt: skip
        note_days(session, system, totals.days)
        note_sequences(session, system, totals.sequences)
        gaps = refresh_gaps(session, system, now)
        row = session.scalars(select(TrailImport).where(TrailImport.id == import_id)).one()
        row.state, row.finished_at = "done", now
        row.records, row.new, row.undated, row.dropped = totals.records, totals.new, totals.undated, len(totals.dropped)
        row.first_at, row.last_at, row.limits = min(firsts, default=None), max(lasts, default=None), limits
        seconds = (now - row.started_at).total_seconds()
    totals.dropped.sort(key=lambda one: one.line)
    return ImportResult(
        import_id, system, totals.records, totals.new, totals.undated, totals.dropped, gaps, limits, seconds,
        round(memory.mib),
    )  # fmt: skip

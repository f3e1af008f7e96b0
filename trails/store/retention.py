"""Records are kept as long as the settings say (ten years by default), then go; that they were there stays known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from core.removals import TRAIL_PART, note_removals
from trails.models import TrailDay, TrailImport, TrailPart
from trails.store.parts import remove_part, system_lock

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.database import Database


def expire(database: Database, trails_dir: Path, *, keep_days: int, now: datetime) -> int:
    """Remove the files whose latest record is older than ``keep_days``; how many rows went.

    Records without a time go when everything their import brought is that old, or, if it brought no time at all, the
    import itself. Rows of imports stay: they say what was taken in, and its hash. The database lets go of a file
    first, so that a cut-off run leaves a file that nobody reads.
    """
    before = now - timedelta(days=keep_days)
    with database.read() as session:
        systems = session.scalars(select(TrailPart.system).distinct()).all()
    gone = 0
    for system in systems:
        with system_lock(trails_dir, system):
            gone += _expire_system(database, trails_dir, system, before, now)
    return gone


def _expire_system(database: Database, trails_dir: Path, system: str, before: datetime, now: datetime) -> int:
    with database.write() as session:
        parts = session.scalars(select(TrailPart).where(TrailPart.system == system)).all()
        taken = session.execute(select(TrailImport.id, TrailImport.started_at).where(TrailImport.system == system))
        latest = {row.id: row.started_at for row in taken}
        dated = [(part.import_id, part.last_at) for part in parts if part.last_at is not None]
        latest |= {one: max(last for other, last in dated if other == one) for one, _ in dated}
        old = [part for part in parts if (part.last_at or latest[part.import_id]) < before]
        paths, rows = [trails_dir / part.path for part in old], sum(part.rows for part in old)
        note_removals(session, TRAIL_PART, [part.id for part in old], now=now)
        session.execute(delete(TrailPart).where(TrailPart.id.in_([part.id for part in old])))
        session.execute(delete(TrailDay).where(TrailDay.system == system, TrailDay.day < before.date()))
    for path in paths:
        remove_part(path)
    return rows

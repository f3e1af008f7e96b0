"""The archive: whether its files are there, and which documents could not be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from archive.models import DocumentRow, WarcFileRow
from archive.objects import ObjectPath, name_in, probe
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_archive(home: Home, thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Every closed WARC file by its name; whether it is as it was written is what `hinomi verify` looks at."""
    with home.database.read() as session:
        names = list(session.scalars(select(WarcFileRow.name).where(WarcFileRow.closed_at.is_not(None))))
        states = dict(session.execute(select(DocumentRow.state, func.count()).group_by(DocumentRow.state)).all())
    folder = home.archive.folder
    if isinstance(folder, ObjectPath):
        if thorough:
            probe(folder)
            yield Diagnosis("ok", "archive", "reached", {"folder": folder})
        there = {name_in(path, folder) for path in folder.glob("*.warc.gz")}
        missing = [name for name in names if name not in there]
    else:
        missing = [name for name in names if not (folder / name).exists()]
    for name in missing:
        yield Diagnosis("bad", "archive", "missing", {"file": folder / name})
    if failed := states.get("failed", 0):
        yield Diagnosis("note", "archive", "unjudged", {"count": failed})
    if not missing:
        yield Diagnosis("ok", "archive", "whole", {"documents": sum(states.values()), "files": len(names)})

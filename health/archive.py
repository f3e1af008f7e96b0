"""The archive: whether its files are there, and which documents could not be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from archive.models import DocumentRow, WarcFileRow
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_archive(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Every closed WARC file by its name; whether it is as it was written is what `hinomi verify` looks at."""
    with home.database.read() as session:
        names = list(session.scalars(select(WarcFileRow.name).where(WarcFileRow.closed_at.is_not(None))))
        states = dict(session.execute(select(DocumentRow.state, func.count()).group_by(DocumentRow.state)).all())
    missing = [name for name in names if not (home.settings.archive_dir / name).exists()]
    for name in missing:
        yield Diagnosis("bad", "archive", "missing", {"file": home.settings.archive_dir / name})
    if failed := states.get("failed", 0):
        yield Diagnosis("note", "archive", "unjudged", {"count": failed})
    if not missing:
        yield Diagnosis("ok", "archive", "whole", {"documents": sum(states.values()), "files": len(names)})

"""After a crash, on an object storage: the parts that a dead writer left become the file that they are.

Nothing is torn, since a part is put whole. The row is closed first, in a transaction that waits for whoever refers to
the file at that moment: from there on nobody does any more (`archive.store`), so the parts that are listed afterwards
are all that any row can speak of. Whoever dies in between leaves parts, and the next recovery goes on from them.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from archive.models import WarcFileRow
from archive.objects import OPEN_SUFFIX, name_in
from core.hosts.clock import shared_now
from core.leases import lease_holds

if TYPE_CHECKING:
    from archive.objects import ObjectPath
    from core.clock import Clock
    from core.database import Database

_PIECE_BYTES = 1 << 20


def close_parts(path: ObjectPath, folder: ObjectPath, database: Database, clock: Clock) -> tuple[str, int] | None:
    """Make one file of an open one's parts; its name and size, or None while its writer lives.

    A file without a row is one that no record of a document was in.
    """
    name = name_in(path, folder).removesuffix(OPEN_SUFFIX)
    with database.write() as session:
        if lease_holds(session, f"warc:{name}", now=shared_now(session, clock)):
            return None
        known = session.scalar(select(WarcFileRow).where(WarcFileRow.name == name).with_for_update())
        was_closed = known is not None and known.closed_at is not None
        if known is not None and not was_closed:
            known.closed_at = clock.now()
    final, size = folder / name, 0
    if known is not None and not (was_closed and final.exists()):
        size = _join(path, final)
        with database.write() as session:
            session.execute(update(WarcFileRow).where(WarcFileRow.name == name).values(size_bytes=size))
    path.unlink()
    return name, size


def _join(path: ObjectPath, final: ObjectPath) -> int:
    """Put the parts as one file, unless that was done before; its size."""
    with tempfile.TemporaryFile() as whole:
        for offset, part, _ in path.parts():
            if offset != whole.tell():
                break  # a part that was put over: nothing behind it was ever referred to
            with part.open() as file:
                while piece := file.read(_PIECE_BYTES):
                    whole.write(piece)
        size = whole.tell()
        whole.seek(0)
        final.put(whole)
    return size

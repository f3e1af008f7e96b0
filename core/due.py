"""The instants at which something that happens again and again is due: a grid, so that nobody has to agree on it.

Due times live in our tables as claims (`core.leases`); which instants there are at all follows from the name and the
interval alone.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime


def due_instant(job: str, every_s: float, now: datetime) -> datetime:
    """The latest due instant of a job at or before ``now``.

    Instants lie on a grid, so that all schedulers agree on them without talking; each job's grid is shifted by its
    name, so that a hundred sources with the same interval do not all begin in the same second.
    """
    shift = zlib.crc32(job.encode()) % 86_400 % every_s
    count = (now.timestamp() - shift) // every_s
    return datetime.fromtimestamp(count * every_s + shift, UTC)

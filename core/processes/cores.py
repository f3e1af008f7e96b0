"""How many processes may run at once here."""

from __future__ import annotations

import os


def count_cores() -> int:
    """The cores that this process is let to."""
    return len(os.sched_getaffinity(0))

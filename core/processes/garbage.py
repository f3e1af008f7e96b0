"""Garbage collection for processes that go through millions of rows.

Python looks through all its objects for cycles whenever some hundreds more were made than let go. A table of millions
of cells is nothing but such objects, holds no cycles, and is let go as soon as it is read: looking less often saves a
fifth of the time of a large scan (docs/performance.md).
"""

from __future__ import annotations

import gc

_YOUNG, _OLDER = 100_000, 50


def expect_many_objects() -> None:
    """Look for cycles seldom, and never among what is there already; for the start of a process."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)

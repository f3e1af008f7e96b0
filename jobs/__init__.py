"""The jobs of the scheduler, one file a kind; `load_jobs` makes them all over one home folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.plugins import load_plugins
from jobs.interface import JobKind

if TYPE_CHECKING:
    from jobs.interface import Workbench

__all__ = ["load_jobs"]


def load_jobs(bench: Workbench) -> list[JobKind]:
    """One of each kind, ready to say what it has to do."""
    return [kind(bench) for kind in load_plugins(sys.modules[__name__], JobKind).values()]  # type: ignore[type-abstract]

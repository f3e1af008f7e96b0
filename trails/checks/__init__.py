"""The regular checks of the trails, one a file of this folder."""

from __future__ import annotations

import sys
from functools import cache

from core.plugins import load_plugins
from trails.checks.interface import TrailCheck


@cache
def load_checks() -> dict[str, TrailCheck]:
    """Every check by its name."""
    return {name: plugin() for name, plugin in load_plugins(sys.modules[__name__], TrailCheck).items()}  # type: ignore[type-abstract]

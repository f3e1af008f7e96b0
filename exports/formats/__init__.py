"""The formats, one a file; `load_formats` finds them by their being here."""

from __future__ import annotations

import sys
from functools import cache

from core.plugins import load_plugins
from exports.formats.interface import ExportFormat

__all__ = ["load_formats"]


@cache
def load_formats() -> dict[str, ExportFormat]:
    """One of each format, by its name."""
    found = load_plugins(sys.modules[__name__], ExportFormat)  # type: ignore[type-abstract]
    return {name: kind() for name, kind in found.items()}

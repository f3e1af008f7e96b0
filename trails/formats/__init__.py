"""The formats of access logs we read, one a file of this folder, and which one a file is in."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from core.plugins import load_plugins
from trails.errors import UnknownFormatError
from trails.formats.interface import TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH = 0.5
"""A format is taken when more than half of the first lines speak for it."""


@cache
def load_formats() -> dict[str, TrailFormat]:
    """Every format by its name."""
    return {name: plugin() for name, plugin in load_plugins(sys.modules[__name__], TrailFormat).items()}  # type: ignore[type-abstract]


def format_called(name: str) -> TrailFormat:
    """The format of that name.

    Raises:
        UnknownFormatError: There is none; the message lists those there are.
    """
    formats = load_formats()
    if name not in formats:
        raise UnknownFormatError(f"there is no format {name!r}", hint=f"Formats: {', '.join(formats)}.")
    return formats[name]


def find_format(head: Sequence[str]) -> TrailFormat:
    """The format that the first lines of a file fit best.

    Raises:
        UnknownFormatError: None fits.
    """
    scored = [(trail_format.likeness(head), trail_format) for trail_format in load_formats().values()] if head else []
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best is None or best[0] <= ENOUGH:
        raise UnknownFormatError(
            "the file is empty" if not head else "the file is of no format we read",
            hint=f"Formats: {', '.join(load_formats())}; name one with --format.",
        )
    return best[1]

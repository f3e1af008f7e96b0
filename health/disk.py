"""The disk: whether there is room."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home

LOW_DISK_BYTES: Final = 1 << 30
_GIB: Final = 1 << 30


def look_at_disk(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Of the file system that the home folder is on."""
    free = shutil.disk_usage(home.settings.home).free
    level, what = ("bad", "low") if free < LOW_DISK_BYTES else ("ok", "free")
    yield Diagnosis(level, "disk", what, {"gib": f"{free / _GIB:.1f}"})  # type: ignore[arg-type]  # one of the levels

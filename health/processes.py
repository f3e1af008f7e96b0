"""The child processes: which of the system's walls stand around those that read what other people wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.processes.walls.landlock import landlock_version
from core.processes.walls.probe import try_walls
from core.settings import SETTINGS_FILE
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_processes(home: Home, thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Tried by a worker that wants to read the settings and to connect; else what the kernel says of itself."""
    version = landlock_version()
    if not thorough:
        yield Diagnosis("ok", "processes", "offered", {"version": version}) if version else _open_files()
        return
    stand = try_walls(home.settings.home / SETTINGS_FILE)
    if not stand.files:
        yield _open_files()
    if not stand.calls:
        yield Diagnosis("note", "processes", "open_network")
    if stand.files and stand.calls:
        yield Diagnosis("ok", "processes", "closed", {"version": version})


def _open_files() -> Diagnosis:
    return Diagnosis("note", "processes", "open_files")

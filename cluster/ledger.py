"""What is done already, on the asking side's disk: a run that was cut off goes on where it stood.

One file a unit, by its name, with the answer sealed as it came. The name says the document, the bounds, the index and
the program, so that an answer fits for as long as it is kept. What was not read whole is asked again.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from core.files import write_safely
from core.logs import get_logger

if TYPE_CHECKING:
    from pathlib import Path

UNITS_FOLDER: Final = "units"
DAY_S: Final = 86400.0

log = get_logger()


class UnitLedger:
    """Sealed answers by the names of their units.

    Args:
        folder: Where they are; made when the first is kept.
        keep_days: How long.
    """

    def __init__(self, folder: Path, keep_days: float) -> None:
        self._folder = folder / UNITS_FOLDER
        self._keep_s = keep_days * DAY_S
        self._is_told = False

    def get(self, name: str) -> bytes | None:
        """The answer, if that unit is done."""
        try:
            return self._file(name).read_bytes()
        except OSError:  # none, or a ledger that cannot be read: its documents can
            return None

    def keep(self, name: str, sealed: bytes) -> None:
        """Keep an answer; a second one to the same unit takes its place, since it says the same."""
        try:
            self._write(self._file(name), sealed)
        except OSError as error:  # a full disk, a folder that is none: the answer itself is there
            if not self._is_told:
                why = error.strerror or type(error).__name__
                log.warning("cluster.not_kept", path=str(self._folder), reason=why)
            self._is_told = True

    def drop(self, name: str) -> None:
        """Ask that again."""
        with suppress(OSError):
            self._file(name).unlink(missing_ok=True)

    def prune(self) -> None:
        """Remove what was kept for long enough."""
        oldest = time.time() - self._keep_s
        for file in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # another run prunes as well
                if file.stat().st_mtime < oldest:
                    file.unlink()

    @staticmethod
    def _write(file: Path, sealed: bytes) -> None:
        try:
            write_safely(file, sealed, lasting=False)  # the disk takes longer than many a unit; a seal tells a torn one
        except FileNotFoundError:  # the first answer in that folder
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_safely(file, sealed, lasting=False)

    def _file(self, name: str) -> Path:
        return self._folder / name[:2] / name

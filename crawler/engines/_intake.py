"""What intakes have in common: what comes to us instead of being fetched from a site: mail, files, pushed documents.

An intake is an engine like any other: a list shows entries, entries hold documents, the ledger remembers. Only how
they are got is its own: `Intake.get` instead of HTTP. `crawler.intake.haul` drives it, in the process without anything
of ours, with no more rights than `Intake.rooms` names.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crawler.engines.interface import Miss, SiteEngine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.engines.interface import EngineOptions, Fetch

INTAKES = "intake"
LIST_TYPE = "application/json"
"""Of what `Intake.get` gives for a list: it is made here, for `read`, and never archived."""


class IntakeError(Exception):
    """Something cannot be got, and whose fault that is; the text is for the sweep's report."""

    def __init__(self, reason: str, miss: Miss = Miss.BUSY) -> None:
        super().__init__(reason)
        self.miss = miss


@dataclass(frozen=True, slots=True)
class Got:
    """What was got: bytes, what they are said to be, where they are said to come from, and why they are not whole."""

    content: bytes
    media_type: str = "application/octet-stream"
    address: str = ""
    truncated: str = ""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What an intake may do: go out, read these places, write to those."""

    network: bool = False
    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Door:
    """What an intake is opened with.

    Attributes:
        secrets: Of the source, by name.
        limit_bytes: Of one document; what is longer is cut off.
        timeout_s: For one answer.
        folder: The source's own place in the home folder, for intakes that keep what came until it was taken.
    """

    secrets: Mapping[str, str]
    limit_bytes: int
    timeout_s: float
    folder: Path


def intake_folder(home: Path, source: str) -> Path:
    """A source's own place in the home folder."""
    return home / INTAKES / source


class Intake(SiteEngine):
    """An engine that gets things itself."""

    schemes: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def rooms(cls, address: str, options: EngineOptions, folder: Path) -> Rooms:
        """What it may do; ``folder`` as in `Door`."""

    def open(self, door: Door) -> None:  # an intake of files has nothing to open
        """Get ready.

        Raises:
            IntakeError: Nothing can be got at all.
        """

    @abstractmethod
    def get(self, fetch: Fetch) -> Got:
        """What a list or an entry is at this moment.

        Raises:
            IntakeError: It cannot be got.
        """

    def taken(self, fetch: Fetch) -> None:  # most leave what they took where it is
        """It was written down: from here on it is ours to keep."""

    def close(self) -> None:  # an intake of files has nothing to close
        """Nothing more is wanted."""

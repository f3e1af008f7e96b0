"""Sites that somebody wants to add: what they were found to be and what a trial collected, a file each in the home.

They are small, and outlive a closed page and a restarted service; the oldest go when there are many.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.clock import Clock

WAITING, FOUND, FAILED, ADDED = "waiting", "found", "failed", "added"
MOST_KEPT: Final = 50
FOLDER: Final = "inquiries"
_ID: Final = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Inquiry:
    """A site that somebody wants to add.

    Attributes:
        private: Its name may lead to a private network.
        chosen: Which of the proposals was tried; the first unless somebody chose another.
        proposals: As dictionaries: engine, address, dialect, options, why, shown.
        problems: What stood in the way.
        trial: What a trial of the chosen one saw; ``warnings`` as `crawler.trial.remarks_of` gives them.
        source: The name under which it was added; of a trial of a source that we have, its name from the beginning.
    """

    id: str
    address: str
    private: bool
    asked_at: str
    asked_by: str
    state: str = WAITING
    chosen: int = 0
    proposals: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    trial: dict[str, Any] = field(default_factory=dict)
    warnings: Sequence[Sequence[Any]] = ()
    message: str = ""
    source: str = ""


class Inquiries:
    """The files."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._folder = home / FOLDER
        self._clock = clock

    def add(self, address: str, by: str, *, private: bool, source: str = "") -> Inquiry:
        """A new one, which waits to be asked, or a trial of a source that we have."""
        made = Inquiry(secrets.token_hex(8), address, private, self._clock.now().isoformat(), by, source=source)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.write(made)
        for old in self.listed()[MOST_KEPT:]:
            self._file(old.id).unlink(missing_ok=True)
        return made

    def get(self, name: str) -> Inquiry | None:
        """The one of that name."""
        if not _ID.fullmatch(name):
            return None
        try:
            return Inquiry(**json.loads(self._file(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def listed(self) -> list[Inquiry]:
        """All of them, the newest first."""
        names = [file.stem for file in self._folder.glob("*.json")] if self._folder.is_dir() else []
        found = [one for name in names if (one := self.get(name))]
        return sorted(found, key=lambda one: datetime.fromisoformat(one.asked_at), reverse=True)

    def waiting(self) -> Inquiry | None:
        """The one that has waited longest."""
        return next((one for one in reversed(self.listed()) if one.state == WAITING), None)

    def change(self, inquiry: Inquiry, **values: Any) -> Inquiry:
        """The same with other values."""
        changed = replace(inquiry, **values)
        self.write(changed)
        return changed

    def write(self, inquiry: Inquiry) -> None:
        """Put it in its file, whole or not at all."""
        file = self._file(inquiry.id)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(asdict(inquiry), ensure_ascii=False), encoding="utf-8")
        os.replace(new, file)  # noqa: PTH105

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

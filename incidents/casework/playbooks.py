"""Playbooks: what is to be done about a kind of incident, one TOML file each, ours and the home's own.

A home's playbook stands before ours: of the same id, it replaces ours; for the same kind, it is chosen first. One that
cannot be read is named with file and line, and the others go on.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.actors import Role  # pydantic reads the types at run time

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED: Final = Path(__file__).parent.parent / "playbooks"
FOLDER: Final = "playbooks"
"""Where a home keeps its own."""
PROCESSOR, SECOND_HAND = "processor", "second-hand"
"""Kinds of incidents: out of what a processor held, or not."""
OPENED, CONFIRMED, CONTAINED = "opened", "confirmed", "contained"
"""Moments of an incident that a due time counts from."""
_NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LINE: Final = re.compile(r"at line (\d+)")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Due(_Table):
    """So long after a moment of the incident; days are of 24 hours."""

    after: Literal["opened", "confirmed", "contained"]
    days: float = Field(default=0, ge=0, le=3660)
    hours: float = Field(default=0, ge=0, le=3660 * 24)

    @property
    def in_hours(self) -> float:
        """Days and hours as hours."""
        return self.days * 24 + self.hours


class Step(_Table):
    """One thing to do, and whose it is."""

    id: str = Field(pattern=_NAME)
    role: Role
    ja: str = Field(min_length=1, max_length=500)
    en: str = Field(min_length=1, max_length=500)
    mandatory: bool = False
    due: Due | None = None

    @property
    def text(self) -> dict[str, str]:
        """What to do, by language."""
        return {"ja": self.ja, "en": self.en}


class Title(_Table):
    """What a playbook is called, by language."""

    ja: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class Playbook(_Table):
    """What is to be done about incidents of some kinds."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: str = Field(pattern=_NAME)
    kinds: tuple[Literal["processor", "second-hand"], ...] = Field(alias="for")
    title: Title
    steps: tuple[Step, ...] = Field(alias="step", min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Playbook:
        ids = [step.id for step in self.steps]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"step ids stand twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True, slots=True)
class Shelf:
    """The playbooks that there are, those that are chosen first in front; and what is wrong with others."""

    playbooks: tuple[Playbook, ...]
    problems: tuple[str, ...] = ()

    def find(self, playbook_id: str) -> Playbook | None:
        """The playbook of that id."""
        return next((one for one in self.playbooks if one.id == playbook_id), None)

    def of_kind(self, kind: str) -> Playbook | None:
        """The first playbook for a kind of incident."""
        return next((one for one in self.playbooks if kind in one.kinds), None)


def load_playbooks(home: Path | None = None) -> Shelf:
    """Ours, and those of a home folder before them."""
    found: dict[str, Playbook] = {}
    problems: list[str] = []
    files = sorted((home / FOLDER).glob("*.toml")) if home is not None else []
    for file in (*files, *sorted(SHIPPED.glob("*.toml"))):
        try:
            playbook = read_playbook(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{file.name}: {type(error).__name__}")
        except PlaybookError as error:
            problems.append(f"{file.name}:{error.line}: {error}")
        else:
            if playbook.id in found and file.parent != SHIPPED:
                problems.append(f"{file.name}:1: another file has the id {playbook.id}")
            found.setdefault(playbook.id, playbook)
    return Shelf(tuple(found.values()), tuple(problems))


class PlaybookError(ValueError):
    """A playbook that cannot be read; ``line`` is where."""

    def __init__(self, said: str, line: int) -> None:
        super().__init__(said)
        self.line = line


def read_playbook(text: str) -> Playbook:
    """A playbook from its text.

    Raises:
        PlaybookError: It is no TOML, or not a playbook.
    """
    try:
        return Playbook.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        raise PlaybookError(str(error), int(found[1]) if found else len(text.splitlines()) or 1) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        said = f"{'.'.join(place)}: {first['msg']}" if place else str(first["msg"])
        known = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
        raise PlaybookError(said, _line_of(text, known)) from None


def _line_of(text: str, loc: tuple[int | str, ...]) -> int:
    """The line that a place in a playbook stands on: of a step its table, of a key its line, else the first."""
    lines = text.splitlines()
    steps = [number for number, line in enumerate(lines) if line.strip().replace(" ", "") == "[[step]]"]
    start, end = 0, min(steps, default=len(lines))
    numbers = [part for part in loc if isinstance(part, int)]
    if loc and loc[0] == "step" and numbers and numbers[0] < len(steps):
        start = steps[numbers[0]]
        end = min((one for one in steps if one > start), default=len(lines))
    keys = [part for part in loc if isinstance(part, str) and part != "step"]
    for key in reversed(keys):
        for number in range(start, end):
            if re.match(rf"\s*\[?{re.escape(key)}\b", lines[number]):
                return number + 1
    return start + 1


def kind_of(extracts: Mapping[str, object] | None) -> str:
    """Which kind of incident it is, by the extract that explains it best: out of a processor's hands, or not."""
    return PROCESSOR if extracts and extracts.get("processor") else SECOND_HAND

"""Regimes: which law asks for what by when, one dated TOML file each, ours and the home's own.

A regime is found by being in the folder. A home's file stands before ours: of the same id, it replaces ours whole. One
that cannot be read is named with its file, and the others go on.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date  # pydantic reads the types at run time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from deadlines.calendars import DAYS, NO_NUMBER, Offices, is_country
from deadlines.conditions import Trigger
from deadlines.facts import MomentName

if TYPE_CHECKING:
    from collections.abc import Iterable

SHIPPED: Final = Path(__file__).parent / "regimes"
FOLDER: Final = "regimes"
"""Where a home keeps its own."""
_NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Entry):
    """Words by language."""

    ja: str = Field(min_length=1, max_length=1000)
    en: str = Field(min_length=1, max_length=1000)

    def said(self, language: str) -> str:
        """The words of a language."""
        return self.ja if language == "ja" else self.en

    @property
    def by_language(self) -> dict[str, str]:
        """Both."""
        return {"ja": self.ja, "en": self.en}


class Longer(_Entry):
    """A term is longer in some cases."""

    when: Trigger
    last: int = Field(ge=1, le=3660 * 24)


class Period(_Entry):
    """How long there is.

    ``last`` is the number of ``unit`` after which it is over; ``first`` is where the text names a span ("about three to
    five days"). A term without a number ("without undue delay") runs until it is met or waived. ``counting`` says
    whether the day on which it starts counts. ``rolls`` says whether it moves when it ends on a day off.
    """

    unit: Literal["hours", "days", "none"]
    first: int | None = Field(default=None, ge=1)
    last: int | None = Field(default=None, ge=1, le=3660 * 24)
    longer: tuple[Longer, ...] = ()
    counting: Literal["day-after", "day-of"] = "day-after"
    rolls: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.unit == NO_NUMBER) != (self.last is None):
            raise ValueError("last: expected for hours and days, and for nothing else")
        if self.unit != DAYS and (self.rolls or self.counting != "day-after"):
            raise ValueError("rolls, counting: of terms in days alone")
        if self.unit == NO_NUMBER and (self.first is not None or self.longer):
            raise ValueError("first, longer: not of a term without a number")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"first: expected at most last ({self.last}), got {self.first}")
        if any(one.last < (self.last or 0) for one in self.longer):
            raise ValueError("longer: expected more than last")
        return self


class RegimeStep(_Entry):
    """One thing that has to be done by a time."""

    id: str = Field(pattern=_NAME)
    title: Bilingual
    after: MomentName
    when: Trigger | None = None
    term: Period
    recipient: Bilingual
    items: tuple[Bilingual, ...] = ()
    source: Bilingual


class Regime(_Entry):
    """One rule of law, or a rule of one's own.

    ``counts_possible``: whether it asks for what may have happened as well. ``template``: there to be copied, and never
    evaluated. ``knowing`` says whose knowledge starts it, and whose does not. ``checked_on`` is the day as of which the
    text was read, and ``check_before_relying`` what a person has to look up.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    id: str = Field(pattern=_NAME)
    title: Bilingual
    valid_from: date
    valid_until: date | None = None
    checked_on: date
    country: str = ""
    zone: str
    counts_possible: bool
    template: bool = False
    trigger: Trigger
    knowing: Bilingual
    source: Bilingual
    check_before_relying: Bilingual
    steps: tuple[RegimeStep, ...] = Field(alias="step", min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError(f"step ids stand twice: {', '.join(sorted({one for one in ids if ids.count(one) > 1}))}")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until: expected {self.valid_from} or later, got {self.valid_until}")
        if not is_country(self.country):
            raise ValueError(f"country: no public holidays are known for {self.country}")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zone: there is no {self.zone}") from None
        return self

    @property
    def offices(self) -> Offices:
        """When the offices are open that it has to do with."""
        return Offices(self.country, self.zone)

    def is_in_force(self, day: date) -> bool:
        """Whether it holds for what became known on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The regimes that there are, and what is wrong with other files."""

    regimes: tuple[Regime, ...]
    problems: tuple[str, ...] = ()

    @property
    def evaluated(self) -> tuple[Regime, ...]:
        """Those that are no templates."""
        return tuple(one for one in self.regimes if not one.template)

    def find(self, regime_id: str, step_id: str) -> tuple[Regime, RegimeStep] | None:
        """A regime of that id, the latest, and its step."""
        known = [(one, step) for one in self.regimes if one.id == regime_id for step in one.steps if step.id == step_id]
        return max(known, key=lambda pair: pair[0].valid_from, default=None)


class RegimeError(ValueError):
    """A regime that cannot be read."""


def load_regimes(home: Path | None = None, *, shipped: Path = SHIPPED) -> Rulebook:
    """Ours, and those of a home folder in their place; of one id there may be several, one after the other."""
    own, problems = _read_folder(home / FOLDER) if home else ([], [])
    ours, wrong = _read_folder(shipped)
    replaced = {one.id for one in own}
    regimes = [*own, *(one for one in ours if one.id not in replaced)]
    kept: list[Regime] = []
    for one in sorted(regimes, key=lambda one: (one.id, one.valid_from)):
        if kept and kept[-1].id == one.id:
            earlier = kept.pop()
            if earlier.valid_from == one.valid_from or (earlier.valid_until or date.min) >= one.valid_from:
                problems.append(f"{one.id}: two files of this id hold on {one.valid_from}; the later one counts")
            if earlier.valid_from < one.valid_from:
                kept.append(_until(earlier, one.valid_from))
        kept.append(one)
    return Rulebook(tuple(kept), (*problems, *wrong))


def _until(regime: Regime, day: date) -> Regime:
    """A regime that holds no longer than until the day before."""
    before = date.fromordinal(day.toordinal() - 1)
    return regime.model_copy(update={"valid_until": min(regime.valid_until or before, before)})


def read_regime(text: str) -> Regime:
    """A regime from its text.

    Raises:
        RegimeError: It is no TOML, or not a regime.
    """
    try:
        return Regime.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RegimeError(str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RegimeError(f"{place}: {first['msg']}" if place else str(first["msg"])) from None


def _read_folder(folder: Path) -> tuple[list[Regime], list[str]]:
    found: list[Regime] = []
    problems: list[str] = []
    for file in _files(folder):
        try:
            found.append(read_regime(file.read_text(encoding="utf-8")))
        except (RegimeError, OSError, UnicodeDecodeError) as error:
            problems.append(f"{file}: {error}")
    return found, problems


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else ()

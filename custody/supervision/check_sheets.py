"""Check sheets as data: one TOML file each in ``sheets/`` and, of one's own, in the home folder's ``sheets/``.

::

    [sheet]
    ja = "業務委託先"        # its title
    en = "Processing"
    contracts = ["A"]        # kinds of contract; none for a sheet about the carrier itself
    months = 12              # how long an answer counts

    [question.a1]
    ja = "…か"
    en = "…?"
    category = "organisational"  # of `CATEGORIES`: 組織的, 人的, 物理的, 技術的, 外的環境
    evidence = { ja = "規程の写し", en = "a copy of the rules" }
    answer = "yes-no"        # of `ANSWERS`
    item = "2-3"             # of the regulator's sheet; may be left out
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from custody.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Sheets = Mapping[str, "CheckSheet"]

CATEGORIES: Final = ("organisational", "human", "physical", "technical", "external")
"""安全管理措置: 組織的・人的・物理的・技術的, and 外的環境の把握."""
YES, NO, PARTLY, NOT_HERE = "yes", "no", "partly", "not-applicable"
CHOICES: Final = (YES, NO, PARTLY, NOT_HERE)
YES_NO, CHOICE, TEXT, DAY, NUMBER = "yes-no", "choice", "text", "day", "number"
ANSWERS: Final = (YES_NO, CHOICE, TEXT, DAY, NUMBER)
_LONGEST: Final = 2000
_FIELDS: Final = ("answer", "on", "by", "words")


class Spoken(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class SheetQuestion(BaseModel):
    """One question of a sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)
    category: Literal["organisational", "human", "physical", "technical", "external"]
    evidence: Spoken
    answer: Literal["yes-no", "choice", "text", "day", "number"] = "choice"
    choices: tuple[str, ...] = CHOICES
    item: str = ""


class SheetHead(BaseModel):
    """What a sheet is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)
    contracts: tuple[Literal["A", "B"], ...] = ()
    months: int = Field(default=12, ge=1, le=120)


class CheckSheet(BaseModel):
    """A sheet with its questions, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    sheet: SheetHead
    question: dict[str, SheetQuestion] = Field(min_length=1)

    @property
    def contracts(self) -> tuple[str, ...]:
        """Kinds of contracts that it is for."""
        return self.sheet.contracts

    @property
    def is_own(self) -> bool:
        """Whether it asks about the carrier itself."""
        return not self.sheet.contracts

    def title(self, language: str) -> str:
        """Its title."""
        return self.sheet.ja if language == "ja" else self.sheet.en


def read_sheet_text(text: str, name: str) -> CheckSheet:
    """A sheet out of its file.

    Raises:
        RegisterError: It is none.
    """
    try:
        return CheckSheet(name=name, **tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        said = str(error).splitlines()
        raise RegisterError(
            f"{name}.toml is no check sheet: {' '.join(said[:3])}", hint="See docs/supervision.md for what it has."
        ) from error


@cache
def shipped_sheets() -> Sheets:
    """The sheets that come with Hinomi, by name."""
    folder = resources.files("custody.supervision").joinpath("sheets")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    read = (read_sheet_text(one.read_text(encoding="utf-8"), one.name.removesuffix(".toml")) for one in files)
    return {sheet.name: sheet for sheet in read}


def all_sheets(home: Path | None = None) -> Sheets:
    """The sheets that come with Hinomi and those in a home folder's ``sheets/``, which win by their name.

    Raises:
        RegisterError: One of the home's is none.
    """
    own = sorted((home / "sheets").glob("*.toml")) if home is not None else []
    return {**shipped_sheets(), **{file.stem: read_sheet_text(file.read_text("utf-8"), file.stem) for file in own}}


def sheet_named(name: object, sheets: Sheets | None = None) -> CheckSheet:
    """The sheet of that name.

    Raises:
        RegisterError: There is none.
    """
    known = shipped_sheets() if sheets is None else sheets
    if not isinstance(name, str) or name not in known:
        raise RegisterError(f"{name!r} is none of the check sheets: {', '.join(known)}", key="no_sheet", text=name)
    return known[name]


def check_answers(sheet: CheckSheet, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Answers as they are kept: by question, each with ``answer``, the day ``on``, ``by`` whom, and ``words``.

    Raises:
        RegisterError: A question is none of the sheet's, or an answer cannot be meant.
    """
    kept = {}
    for number, given in answers.items():
        if number not in sheet.question:
            raise RegisterError(f"{number!r} is no question of {sheet.name}", key="no_question", text=number)
        one = given if isinstance(given, dict) else {"answer": given}
        if set(one) - set(_FIELDS):
            raise RegisterError(f"an answer has {', '.join(_FIELDS)}", key="no_field", field=", ".join(one))
        values = {name: str(one.get(name) or "").strip()[:_LONGEST] for name in _FIELDS}
        if not values["answer"]:
            continue
        _check_answer(sheet.question[number], number, values["answer"])
        if values["on"]:
            _check_day(number, values["on"])
        kept[number] = {name: text for name, text in values.items() if text}
    return kept


def _check_answer(question: SheetQuestion, number: str, answer: str) -> None:
    allowed = (YES, NO) if question.answer == YES_NO else question.choices if question.answer == CHOICE else ()
    if allowed and answer not in allowed:
        raise RegisterError(
            f"{number}: {answer!r} is none of {', '.join(allowed)}", key="not_allowed", text=answer,
            allowed=", ".join(allowed),
        )  # fmt: skip
    if question.answer == NUMBER and not (answer.isascii() and answer.replace(".", "", 1).isdigit()):
        raise RegisterError(f"{number}: {answer!r} is no number", key="no_number", text=answer)
    if question.answer == DAY:
        _check_day(number, answer)


def _check_day(number: str, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise RegisterError(f"{number}: {text!r} is no day like 2026-04-01", key="no_day", text=text) from None

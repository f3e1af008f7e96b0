"""What is known of a leak as far as terms of the law depend on it: answers, numbers of people, moments, what was done.

Nothing that is not known counts as "no". An answer may also be "possible": the Japanese rules speak of what happened
*or may have happened* (個人情報の保護に関する法律施行規則 7), and both are told apart everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Answer(StrEnum):
    """What a person said to a question about a leak."""

    YES = "yes"
    POSSIBLE = "possible"
    NO = "no"


class Basis(StrEnum):
    """What is looked at: what is confirmed alone, or whatever is possible."""

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"


QuestionName = Literal[
    "sensitive", "financial-harm", "malicious", "secrecy", "specific-user-information", "held-by-processor",
    "high-risk", "internal-rules",
]  # fmt: skip
QUESTIONS: Final[tuple[QuestionName, ...]] = (
    "sensitive", "financial-harm", "malicious", "secrecy", "specific-user-information", "held-by-processor",
    "high-risk", "internal-rules",
)  # fmt: skip
"""Questions that only a person can answer."""
MomentName = Literal["known", "processor-known"]
KNOWN: Final = "known"
"""When the organisation knew; `PROCESSOR_KNOWN`: when the processor that held the data did."""
PROCESSOR_KNOWN: Final = "processor-known"
MOMENTS: Final[tuple[MomentName, ...]] = (KNOWN, PROCESSOR_KNOWN)
CONFIRMED_PEOPLE, POSSIBLE_PEOPLE, RESIDENTS, THRESHOLD = (
    "people-confirmed",
    "people-possible",
    "residents",
    "threshold",
)
NUMBERS: Final = (CONFIRMED_PEOPLE, POSSIBLE_PEOPLE)
EEA: Final = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
})  # fmt: skip
"""Where Regulation (EU) 2016/679 applies: member states, and by the EEA agreement Iceland, Liechtenstein, Norway."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done about a step of a regime: ``met`` or ``waived``, when, and with what or why."""

    state: Literal["met", "waived"]
    at: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that terms depend on.

    Attributes:
        answers: To `QUESTIONS`; what is not in it nobody has said.
        confirmed_people: How many people it concerns for certain; None while nothing is confirmed.
        possible_people: How many it may concern; None if nothing is known.
        residents: Countries (ISO 3166) whose residents are among them; None if nobody has said.
        moments: When it became known to whom, by `MOMENTS`.
        deeds: What was done, by regime and step.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    confirmed_people: int | None = None
    possible_people: int | None = None
    residents: frozenset[str] | None = None
    moments: Mapping[str, datetime] = field(default_factory=dict)
    deeds: Mapping[tuple[str, str], Deed] = field(default_factory=dict)

    def people(self, basis: Basis) -> int | None:
        """How many people there are; what is confirmed is possible too."""
        if basis == Basis.CONFIRMED:
            return self.confirmed_people
        known = [number for number in (self.confirmed_people, self.possible_people) if number is not None]
        return max(known, default=None)

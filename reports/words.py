"""Words of one report: its language's texts, days and times where the carrier is, and how a source is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import local
from core.texts import LANGUAGES, load_texts
from incidents.timeline.sentences import field_names
from reports.values import JA, Known, ReportGap

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

HASH_SHOWN = 16
"""Hexadecimal digits of a hash that a source shows."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """How a report says things."""

    language: str
    zone: str

    def say(self, key: str, /, **values: object) -> str:
        """A text of ours."""
        return load_texts("reports", self.language)(key, **values)

    def say_if(self, key: str) -> str:
        """A text of ours; empty where there is none."""
        return self.say(key) if key in load_texts("reports", self.language) else ""

    def known(self, key: str, source: str = "", *, table: Iterable[tuple[str, ...]] = (), **values: object) -> Known:
        """Something known, said."""
        return Known(self.say(f"say.{key}", **values), source, tuple(table))

    def gap(self, key: str, **values: object) -> ReportGap:
        """Something that a person must supply, said."""
        return ReportGap(self.say("gap", what=self.say(f"ask.{key}", **values)))

    def day(self, at: date) -> str:
        """A day."""
        return f"{at.year}年{at.month}月{at.day}日" if self.language == JA else f"{at:%Y-%m-%d}"

    def here(self, at: datetime) -> date:
        """The day of a moment where the carrier is."""
        return local(at, self.zone).date()

    def moment(self, at: datetime | None) -> str:
        """A time where the carrier is; a dash for none."""
        if at is None:
            return "–"
        here = local(at, self.zone)
        if self.language == JA:
            return f"{self.day(here.date())} {here.hour}時{here.minute:02}分"
        return f"{here:%Y-%m-%d %H:%M %Z}"

    def number(self, count: int) -> str:
        """A number as people write it."""
        return f"{count:,}"

    def fields(self, kinds: Iterable[str]) -> str:
        """Kinds of values."""
        return field_names(kinds, self.language)

    def joined(self, parts: Iterable[str]) -> str:
        """A list of names."""
        return ("、" if self.language == JA else ", ").join(parts)

    def named(self, table: str, word: str) -> str:
        """One of the program's words: ours, the incidents', or as it is."""
        for room in ("reports", "incidents"):
            texts = load_texts(room, self.language)
            if f"{table}.{word}" in texts:
                return texts(f"{table}.{word}")
        return word

    def event(self, number: int, at: datetime) -> str:
        """A timeline's event as a source."""
        return self.say("source.event", id=number, at=self.moment(at))

    def document(self, capture: int, sha256: str) -> str:
        """An archived document as a source."""
        return self.say("source.document", id=capture, sha256=sha256[:HASH_SHOWN])

    def register(self, extract: str, day: date) -> str:
        """A line of the register as a source."""
        return self.say("source.register", extract=extract, day=self.day(day))


def in_both(key: str, **values: object) -> dict[str, str]:
    """A text of ours in every language."""
    return {language: load_texts("reports", language)(key, **values) for language in LANGUAGES}

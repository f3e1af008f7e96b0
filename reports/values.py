"""A report as plain values: items with what is known, what is missing and what a person wrote; pure.

What a version keeps is exactly this, as JSON, so that every output can be made of it again and its hash compared.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JA, EN = "ja", "en"
LONGEST_TEXT: Final = 20_000
"""Characters that a person may write into one item."""


@dataclass(frozen=True, slots=True)
class Known:
    """Something that the program knows.

    Attributes:
        text: A sentence.
        source: Where that comes from, in words: an event's number, a document's hash, a line of the register.
        table: Rows that belong to it, the first of them its heads.
    """

    text: str
    source: str = ""
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportGap:
    """Something that nobody but a person can supply."""

    text: str


@dataclass(frozen=True, slots=True)
class FilledItem:
    """One item of a report.

    Attributes:
        name: Which.
        heading: Its heading, by language.
        known: What the program knows of it.
        gaps: What a person must supply.
        written: What a person wrote; empty until then.
        tells_known: Whether what the program knows goes into the report beside it.
        is_inside: Whether the item is for who writes alone, and never goes out.
    """

    name: str
    heading: dict[str, str]
    known: tuple[Known, ...]
    gaps: tuple[ReportGap, ...]
    written: str = ""
    tells_known: bool = True
    is_inside: bool = False

    @property
    def told(self) -> tuple[Known, ...]:
        """What goes out of what is known."""
        return self.known if self.tells_known else ()

    @property
    def open_gaps(self) -> tuple[ReportGap, ...]:
        """What is still missing: nothing once a person has written the item."""
        return () if self.written.strip() else self.gaps


@dataclass(frozen=True, slots=True)
class FilledReport:
    """A whole report.

    Attributes:
        form: Which form.
        about: Of what: ``incident:7``, ``quarter:2026-Q3``.
        language: That it is written in.
        title: By language.
        law: What asks for it, in words; empty for none.
        head: Lines above the items: what each is, and its value.
        items: In the order of the form.
        cites: Whether sources stand in what goes out.
    """

    form: str
    about: str
    language: str
    title: dict[str, str]
    law: str
    head: tuple[tuple[str, str], ...]
    items: tuple[FilledItem, ...]
    cites: bool = True

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return data

    @property
    def outgoing(self) -> tuple[FilledItem, ...]:
        """The items that go out."""
        return tuple(item for item in self.items if not item.is_inside)

    @property
    def sha256(self) -> str:
        """The hash of everything that it says."""
        return hash_of(self.as_data())

    @property
    def gap_count(self) -> int:
        """How much a person must still supply."""
        return sum(len(item.open_gaps) for item in self.items)

    def texts(self) -> Iterable[tuple[str, str]]:
        """Every text that may go out, each with the heading under which it stands."""
        title = self.title[self.language]
        yield from (
            (title, text) for text in (*self.title.values(), self.law, *(one for pair in self.head for one in pair))
        )
        for item in self.outgoing:
            name = item.heading[self.language]
            yield from ((name, text) for text in item.heading.values())
            for known in item.told:
                yield name, known.text
                yield name, known.source
                yield from ((name, cell) for row in known.table for cell in row)
            yield from ((name, gap.text) for gap in item.open_gaps)
            yield name, item.written


def hash_of(data: Mapping[str, Any]) -> str:
    """The SHA-256 of a report's data, written one way."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def from_data(data: Mapping[str, Any]) -> FilledReport:
    """A report from what `FilledReport.as_data` gave."""
    items = tuple(
        FilledItem(
            name=one["name"], heading=dict(one["heading"]),
            known=tuple(
                Known(known["text"], known["source"], tuple(tuple(row) for row in known["table"]))
                for known in one["known"]
            ),
            gaps=tuple(ReportGap(gap["text"]) for gap in one["gaps"]),
            written=one["written"], tells_known=one["tells_known"], is_inside=one["is_inside"],
        )
        for one in data["items"]
    )  # fmt: skip
    return FilledReport(
        form=data["form"], about=data["about"], language=data["language"], title=dict(data["title"]), law=data["law"],
        head=tuple((one[0], one[1]) for one in data["head"]), items=items, cites=data["cites"],
    )  # fmt: skip

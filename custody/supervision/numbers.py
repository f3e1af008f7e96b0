"""The numbers that the regulator's sheet asks for, of any day or fiscal year, each with the list behind it.

A processor is counted once in each cell (tier × kind of contract × company of the group) in which it has a standing
contract on the last day of the period, and once in all. What happened is counted from the first day of the period to
its last. The fiscal year begins in April.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from custody.lifecycle import OVERDUE
from custody.models import LENT
from custody.supervision.check_sheets import shipped_sheets
from custody.supervision.kinds import (
    BREACH,
    CERTIFICATE,
    FINDING,
    GIVEN,
    INSPECTION,
    ON_SITE,
    PAPER,
)
from custody.supervision.state import answers_on, edges_on, months_later, records_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from custody.register.overview import Line
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.state import EdgeThen, RecordThen

FIRST_MONTH: Final = 4
DIRECT, SUB = "direct", "sub"
PROCESSORS, EVERY, CONSENTS, INSPECTIONS, INSPECTED = "processors", "every", "consents", "inspections", "inspected"
BREACHES, FINDINGS, CERTIFICATES, LENT_DATA, MEASURES = "breaches", "findings", "certificates", "lent", "measures"
GROUPS: Final = (
    LENT_DATA, PROCESSORS, EVERY, CONSENTS, INSPECTIONS, INSPECTED, FINDINGS, BREACHES, CERTIFICATES, MEASURES,
)  # fmt: skip
STALE, UNANSWERED = "stale", "unanswered"
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """From the first to the last day, both counted."""

    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        """Whether a day is in it."""
        return day is not None and self.first <= day <= self.last


def fiscal_year_of(day: date) -> int:
    """The fiscal year that a day is in, by the calendar year in which it begins."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def fiscal_year(year: int) -> CountedPeriod:
    """April to March."""
    return CountedPeriod(date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1) - timedelta(days=1))


def year_to(day: date) -> CountedPeriod:
    """A day's fiscal year as far as it."""
    return CountedPeriod(date(fiscal_year_of(day), FIRST_MONTH, 1), day)


@dataclass(frozen=True, slots=True)
class NumberBehind:
    """One number with the list that it counts.

    Attributes:
        group: Of `GROUPS`.
        labels: What tells it from the others of its group, such as tier, kind and company.
        columns: What each row of the list holds.
        rows: The list, one row for each that is counted.
    """

    group: str
    labels: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)

    @property
    def count(self) -> int:
        """The number."""
        return len(self.rows)

    @property
    def key(self) -> str:
        """What its list is asked for by."""
        return "/".join((self.group, *self.labels.values()))

    def as_json(self, *, with_list: bool) -> dict[str, Any]:
        """For ``--json``."""
        said = {"group": self.group, **self.labels, "count": self.count}
        if not with_list:
            return said
        return said | {"list": [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]}


def numbers_of(
    session: Session, period: CountedPeriod, lines: Iterable[Line], *, sheets: Sheets | None = None
) -> list[NumberBehind]:
    """Every number of a period, by group.

    Args:
        session: For reading.
        period: Its days.
        lines: The register of its last day (`custody.register.overview.register_on`).
        sheets: The check sheets there are.
    """
    edges = edges_on(session, period.last)
    names = {one.processor_id: one.processor for one in edges}
    records = records_on(session, period.last, (INSPECTION, FINDING, BREACH, CERTIFICATE))
    standing = [one for one in edges if one.stands]
    return [
        *_lent(lines),
        *_processors(standing),
        *_consents(standing),
        *_inspections(records, names, period),
        *_happenings(records, names, period),
        *_measures(session, standing, period.last, shipped_sheets() if sheets is None else sheets),
    ]


_EDGE_COLUMNS: Final = ("processor", "under", "company", "contract_kind", "stage", "since")


def _edge_row(edge: EdgeThen) -> tuple[Any, ...]:
    return (edge.processor, edge.under, edge.company, edge.contract_kind, edge.stage, edge.since)


def _processors(edges: Sequence[EdgeThen]) -> Iterator[NumberBehind]:
    cells: dict[tuple[str, str, str], dict[int, EdgeThen]] = defaultdict(dict)
    every: dict[int, EdgeThen] = {}
    for edge in edges:
        tier = SUB if edge.is_sub else DIRECT
        cells[tier, edge.contract_kind or _UNKNOWN, edge.company].setdefault(edge.processor_id, edge)
        every.setdefault(edge.processor_id, edge)
    for (tier, kind, company), mine in sorted(cells.items()):
        rows = tuple(_edge_row(edge) for edge in sorted(mine.values(), key=lambda one: one.processor))
        yield NumberBehind(PROCESSORS, {"tier": tier, "kind": kind, "company": company}, _EDGE_COLUMNS, rows)
    rows = tuple(_edge_row(edge) for edge in sorted(every.values(), key=lambda one: one.processor))
    yield NumberBehind(EVERY, {}, _EDGE_COLUMNS, rows)


def _consents(edges: Sequence[EdgeThen]) -> Iterator[NumberBehind]:
    """Contracts by which work was passed on, by what is known of the consent."""
    found: dict[str, list[EdgeThen]] = defaultdict(list)
    for edge in edges:
        if edge.is_sub:
            found[edge.consent or _UNKNOWN].append(edge)
    for consent in sorted(found, key=lambda name: (name != GIVEN, name)):
        yield NumberBehind(
            CONSENTS, {"consent": consent}, _EDGE_COLUMNS, tuple(_edge_row(edge) for edge in found[consent])
        )


def _inspections(
    records: Sequence[RecordThen], names: Mapping[int, str], period: CountedPeriod
) -> Iterator[NumberBehind]:
    columns = ("processor", "done_on", "person", "findings", "record")
    found: dict[int | None, int] = defaultdict(int)
    for one in records:
        found[one.of_id] += one.kind == FINDING
    inspected: dict[int | None, RecordThen] = {}
    for way in (PAPER, ON_SITE):
        done = [one for one in records if (one.kind, one.topic) == (INSPECTION, way) and period.holds(one.done_on)]
        rows = ((names.get(one.processor_id or 0, ""), one.done_on, one.person, found[one.id], one.id) for one in done)
        yield NumberBehind(INSPECTIONS, {"way": way}, columns, tuple(rows))
        inspected |= {one.processor_id: one for one in done}
    last = ((names.get(one.processor_id or 0, ""), one.done_on, one.topic) for one in inspected.values())
    yield NumberBehind(INSPECTED, {}, ("processor", "done_on", "way"), tuple(sorted(last, key=lambda row: row[0])))


def _happenings(
    records: Sequence[RecordThen], names: Mapping[int, str], period: CountedPeriod
) -> Iterator[NumberBehind]:
    columns = ("processor", "happened_on", "due_on", "done_on", "words", "record")

    def rows(mine: Iterable[RecordThen]) -> tuple[tuple[Any, ...], ...]:
        return tuple(
            (names.get(one.processor_id or 0, ""), one.happened_on, one.due_on, one.done_on, one.words, one.id)
            for one in mine
        )

    for state, is_done in (("open", False), ("done", True)):
        findings = (one for one in records if one.kind == FINDING and (one.done_on is not None) == is_done)
        counts = (one for one in findings if not is_done or period.holds(one.done_on))
        yield NumberBehind(FINDINGS, {"state": state}, columns, rows(counts))
    broken = (one for one in records if one.kind == BREACH and period.holds(one.happened_on))
    yield NumberBehind(BREACHES, {}, columns, rows(broken))
    for way in ("return", "erasure"):
        mine = (one for one in records if (one.kind, one.topic) == (CERTIFICATE, way))
        yield NumberBehind(CERTIFICATES, {"way": way}, columns, rows(o for o in mine if period.holds(o.happened_on)))


def _lent(lines: Iterable[Line]) -> Iterator[NumberBehind]:
    """What data somebody had on the last day."""
    columns = ("processor", "extract", "columns", "purpose", "size", "since", "due_on")
    held = sorted(
        (line for line in lines if line.processor and line.standing in {LENT, OVERDUE}),
        key=lambda line: (line.processor, line.extract),
    )
    rows = (
        (one.processor, one.extract, "、".join(one.columns), one.purpose, one.size, one.since, one.due_on)
        for one in held
    )
    yield NumberBehind(LENT_DATA, {}, columns, tuple(rows))


def _measures(session: Session, edges: Sequence[EdgeThen], day: date, sheets: Sheets) -> Iterator[NumberBehind]:
    """How each question of the sheets is answered, by the last sheet of each standing contract; stale ones apart."""
    columns = ("processor", "under", "company", "contract_kind", "answered_on", "words")
    answers = answers_on(session, day)
    for sheet in sheets.values():
        asked: list[EdgeThen | None] = [None] if sheet.is_own else []
        asked += [edge for edge in edges if edge.contract_kind in sheet.contracts]
        for number, question in sheet.question.items():
            found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
            for edge in asked:
                on, given = answers.get((edge.id if edge else None, sheet.name), (None, {}))
                answer = given.get(number, {})
                said_on = date.fromisoformat(answer["on"]) if answer.get("on") else on
                is_stale = said_on is not None and months_later(said_on, sheet.sheet.months) < day
                said = UNANSWERED if not answer else STALE if is_stale else _short(answer["answer"], question.choices)
                whose = (edge.processor, edge.under, edge.company, edge.contract_kind) if edge else ("", "", "", "")
                found[said].append((*whose, said_on if answer else None, answer.get("words", "")))
            for said in sorted(found):
                labels = {"sheet": sheet.name, "question": number, "answer": said}
                yield NumberBehind(MEASURES, labels, columns, tuple(found[said]))


def _short(answer: str, choices: Sequence[str]) -> str:
    return answer if answer in choices else "answered"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

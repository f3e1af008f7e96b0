"""The numbers of the sheet equal what a naive count over a made-up carrier's own list gives, on any day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._supervised import MadeCarrier, MadeEdge, MadeLook, make_carrier, write_carrier
from custody.register.overview import register_on
from custody.supervision.check_sheets import shipped_sheets
from custody.supervision.numbers import (
    BREACHES,
    CONSENTS,
    EVERY,
    FINDINGS,
    INSPECTIONS,
    LENT_DATA,
    MEASURES,
    PROCESSORS,
    CountedPeriod,
    NumberBehind,
    fiscal_year,
    fiscal_year_of,
    numbers_of,
    year_to,
)
from custody.supervision.state import months_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.database import Database

FIRST, LAST = date(2023, 4, 10), date(2026, 3, 20)


def counted_by_hand(made: MadeCarrier, period: CountedPeriod) -> Counter[tuple[str, ...]]:
    """The same numbers from the generator's own list, one thing after another."""
    standing = [
        one for one in made.edges
        if one.since <= period.last and (one.ended_on is None or period.last < one.ended_on)
    ]  # fmt: skip
    cells = {(one.processor, "sub" if one.under else "direct", one.kind or "unknown", one.company) for one in standing}
    found: Counter[tuple[str, ...]] = Counter((PROCESSORS, *cell[1:]) for cell in cells)
    found[(EVERY,)] = len({one.processor for one in standing})
    found.update((CONSENTS, one.consent or "unknown") for one in standing if one.under)
    found[(BREACHES,)] = sum(period.first <= on <= period.last for _name, on in made.breaches)
    found[(LENT_DATA,)] = sum(
        loan.since <= period.last and (loan.ended_on is None or loan.ended_on > period.last) for loan in made.loans
    )
    found.update((MEASURES, "carrier", question, "unanswered") for question in shipped_sheets()["carrier"].question)
    found.update(measure for edge in standing for measure in measures_by_hand(edge, period.last))
    for look in made.looks:
        found.update(looks_by_hand(look, period))
    return +found


def looks_by_hand(look: MadeLook, period: CountedPeriod) -> Iterator[tuple[str, ...]]:
    if look.done_on is None or look.done_on > period.last:
        return
    if period.first <= look.done_on:
        yield INSPECTIONS, look.way
    for _due, done in look.findings:
        if done is None or done > period.last:
            yield FINDINGS, "open"
        elif done >= period.first:
            yield FINDINGS, "done"


def measures_by_hand(edge: MadeEdge, day: date) -> Iterator[tuple[str, ...]]:
    sheet = {"A": "processing", "B": "service"}.get(edge.kind)
    filled = [one for one in edge.sheets if one[0] <= day]
    for question in shipped_sheets()[sheet].question if sheet else ():
        if not filled or question not in filled[-1][1]:
            yield MEASURES, str(sheet), question, "unanswered"
        else:
            on, answers = filled[-1]
            is_old = (on.year + 1, on.month, on.day) < (day.year, day.month, day.day)
            yield MEASURES, str(sheet), question, "stale" if is_old else answers[question]


def said(numbers: Sequence[NumberBehind]) -> Counter[tuple[str, ...]]:
    return +Counter({(one.group, *one.labels.values()): one.count for one in numbers})


def shown(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter({key: n for key, n in found.items() if key[0] not in {"inspected", "certificates"}})


@pytest.mark.parametrize("seed", range(4))
def test_the_numbers_equal_a_count_by_hand(database: Database, seed: int) -> None:
    made = make_carrier(seed, first=FIRST, last=LAST, processors=24, edges=70, extracts=60)
    write_carrier(database, made)
    days = [date(2023, 4, 9), date(2024, 3, 31), date(2024, 4, 1), date(2025, 7, 15), LAST, date(2027, 1, 1)]
    periods = [year_to(day) for day in days] + [fiscal_year(year) for year in (2023, 2024, 2025)]
    with database.read() as session:
        for period in periods:
            numbers = numbers_of(session, period, register_on(session, period.last))
            assert shown(said(numbers)) == counted_by_hand(made, period), period
            assert all(one.count == len(set(one.rows)) or one.group == MEASURES for one in numbers)
            assert len({one.key for one in numbers}) == len(numbers)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_fiscal_year_is_from_april_to_march(day: date) -> None:
    year = fiscal_year(fiscal_year_of(day))
    assert year.holds(day)
    assert (year.first.month, year.first.day, year.last.month, year.last.day) == (4, 1, 3, 31)
    assert not fiscal_year(fiscal_year_of(day) + 1).holds(day)
    assert year_to(day).first == year.first
    assert year_to(day).last == day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_later_is_that_many_months_and_never_a_later_day(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1

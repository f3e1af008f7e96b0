"""Missing days, hosts and sequence numbers, and what is no gap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trails.conftest import HEADER
from trails.gaps import find_day_gaps, merge_runs, read_gaps

if TYPE_CHECKING:
    from core.database import Database
    from tests.trails.conftest import Importer

MONDAY = date(2026, 4, 6)


def days(*offsets: int) -> list[date]:
    return [MONDAY + timedelta(days=offset) for offset in offsets]


def test_a_day_without_records_is_a_gap() -> None:
    assert find_day_gaps(days(0, 1, 4, 5)) == [(*days(2, 3), 2)]
    assert find_day_gaps(days(0, 1, 2)) == []
    assert find_day_gaps([]) == []


def test_a_day_of_rest_is_none() -> None:
    weekdays = [day for week in range(5) for day in days(*range(week * 7, week * 7 + 5))]
    assert find_day_gaps(weekdays) == []
    without_a_wednesday = [day for day in weekdays if day != MONDAY + timedelta(days=9)]
    assert find_day_gaps(without_a_wednesday) == [(*days(9, 9), 1)]


def test_a_gap_over_a_weekend_is_one_gap() -> None:
    weekdays = [day for week in range(5) for day in days(*range(week * 7, week * 7 + 5))]
    missing = set(days(11, 14))
    assert find_day_gaps(set(weekdays) - missing) == [(*days(11, 14), 2)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), max_size=20))
def test_merged_runs_hold_the_same_numbers(drawn: list[tuple[int, int]]) -> None:
    runs = [(first, first + more) for first, more in drawn]
    merged = merge_runs(runs)
    assert {n for a, b in merged for n in range(a, b + 1)} == {n for a, b in runs for n in range(a, b + 1)}
    assert all(before[1] + 1 < after[0] for before, after in pairwise(merged))


def test_a_late_file_fills_a_gap(take: Importer, database: Database) -> None:
    def text(*on: int) -> str:
        return HEADER + "".join(f"2026/04/{i:02d} 10:00:00,op-1,T1,照会,K{i:06d}\n" for i in on)

    first = take(text(1, 2, 5))
    assert [(gap.kind, gap.first, gap.last, gap.missing) for gap in first.gaps] == [
        ("days", "2026-04-03", "2026-04-04", 2)
    ]
    assert take(text(3, 4), name="late.csv").gaps == []
    with database.read() as session:
        assert read_gaps(session) == []


def test_a_day_is_a_day_where_the_system_stands(take: Importer) -> None:
    text = HEADER + "".join(
        f"2026/04/{i:02d} {hour}:00:00,op-1,T1,照会,K000001\n" for i, hour in ((1, "02"), (2, "23"), (3, "01"))
    )
    assert take(text).gaps == []


def test_a_host_that_falls_silent_is_a_gap(take: Importer) -> None:
    rows = [
        f"<134>1 2026-04-{day:02d}T10:00:00+09:00 {host} crm - - - user=op-1 action=view customer=K000001\n"
        for day in range(1, 8)
        for host in ("web01", "web02")
        if not (host == "web02" and day >= 6)
    ]
    result = take("".join(rows), system="crm", name="crm.log")
    assert result.records == 12
    assert [(gap.kind, gap.host, gap.first, gap.missing) for gap in result.gaps] == [("host", "web02", "2026-04-06", 2)]


def test_a_missing_sequence_number_is_a_gap(take: Importer) -> None:
    def row(number: int) -> str:
        header = f"<134>1 2026-04-01T10:00:{number:02d}Z h1 crm - -"
        return f'{header} [meta sequenceId="{number}"] user=op-1 customer=K000001\n'

    first = take("".join(map(row, (1, 2, 3, 7, 8))), system="crm", name="crm.log")
    assert [(gap.kind, gap.host, gap.first, gap.last, gap.missing) for gap in first.gaps] == [
        ("sequence", "h1", "4", "6", 3)
    ]
    second = take("".join(map(row, (4, 5))), system="crm", name="crm2.log")
    assert [(gap.first, gap.last) for gap in second.gaps] == [("6", "6")]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_refused(take: Importer, text: str) -> None:
    with pytest.raises(Exception, match="empty"):
        take(text)

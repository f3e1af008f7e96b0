"""A dossier says what a look at every row says: bars, heat, places, others, first and last touches."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from root_cause.dossier.dossier import compile_dossier
from root_cause.dossier.holders import LeakedSet, TrailHolder, find_candidate
from tests.trails.explore.naive import BEGIN, SPREAD, SUBJECTS, ZONES, Rows, fits, newest_first, seeded, write_random
from trails.explore.conditions import NamedIn, TimeSpan
from trails.explore.handles import Handles
from trails.fields import is_refused

SEEDS = st.integers(0, 1 << 32)
RANGES = st.one_of(
    st.none(),
    st.tuples(st.integers(BEGIN, BEGIN + SPREAD), st.integers(60, 5 * 86_400)).map(
        lambda t: TimeSpan(t[0], t[0] + t[1])
    ),
)
SALES = SUBJECTS[1:4]
"""Whom the extract that records name holds."""
LEAKS = st.lists(st.sampled_from(SUBJECTS[1:]), min_size=1, unique=True)


def leaked_set(digests: list[int]) -> LeakedSet:
    """Leaked customers of an index whose key was never changed."""
    index: Any = SimpleNamespace(
        former=np.empty(0, np.uint64),
        members=lambda _name: SALES,
        carried=lambda _kind, of: (of, np.array(of, np.uint64)),
    )
    wanted = np.array(sorted(digests), np.uint64)
    return LeakedSet(wanted, wanted, index)


def seconds(row: dict[str, Any]) -> int:
    return int(row["when"].timestamp())


def touched(rows: list[dict[str, Any]], digests: list[int]) -> list[dict[str, Any]]:
    """Touches of leaked customers; a record of a whole extract and nobody in it is one of each that it holds."""
    found = []
    for row in rows:
        if is_refused(row["outcome"] or ""):
            continue
        if row["subject"] in digests:
            found.append(row)
        elif row["subject"] == 0 and row["extract"]:
            found += [row | {"subject": one} for one in SALES if one in digests]
    return found


def records(hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(row["part"], row["row"]): row for row in hits}.values())


@given(seed=SEEDS, digests=LEAKS, within=RANGES, zone=st.sampled_from(ZONES))
def test_a_dossier_is_what_the_rows_say(seed: int, digests: list[int], within: TimeSpan | None, zone: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), zone)
        candidate = TrailHolder("operator", "op-1", "~", NamedIn("operator", frozenset({"op-1"})))
        made = compile_dossier(given_rows.explorer, candidate, leaked_set(digests), within=within, limit=10)
        mine = [row for row in given_rows.rows if row["operator"] == "op-1"]
        here = [row for row in mine if within is None or fits(row, within, zone)]
        hits = touched(here, digests)
        assert (made.rows_ever, made.rows) == (len(mine), len(here))
        assert made.covered == len({row["subject"] for row in hits})
        assert made.covered_ever == len({row["subject"] for row in touched(mine, digests)})
        dated = [row for row in here if row["when"] is not None]
        assert made.heat.tolist() == heat(dated, zone)
        assert made.heat_leaked.tolist() == heat([row for row in records(hits) if row["when"] is not None], zone)
        if made.span is not None:
            assert made.all.tolist() == in_bars(made.bars, dated)
            assert made.leaked.tolist() == in_bars(made.bars, [row for row in records(hits) if row["when"] is not None])
        everyone = [row for row in given_rows.rows if within is None or fits(row, within, zone)]
        assert dict(made.others) == {
            name: number for name, number in others(touched(everyone, digests)).items() if name != "op-1"
        }
        first = {one.subject: (one.first, one.last, one.touches) for one in made.customers}
        assert first == first_and_last(hits)
        assert [(place.part, place.row) for place in made.page] == newest_first(here)[:10]
        for name in ("terminal", "address"):
            assert {lane.name for lane in made.lanes[name]} == {row[name] for row in here}


@given(seed=SEEDS, digests=LEAKS, within=RANGES, zone=st.sampled_from(ZONES))
def test_usual_hours_are_those_of_other_work_whatever_the_range(
    seed: int, digests: list[int], within: TimeSpan | None, zone: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), zone)
        candidate = TrailHolder("terminal", "T1", "~", NamedIn("terminal", frozenset({"T1"})))
        whole = compile_dossier(given_rows.explorer, candidate, leaked_set(digests))
        mine = [row for row in given_rows.rows if row["terminal"] == "T1"]
        off = {(row["part"], row["row"]) for row in touched(mine, digests)}
        found = whole.coverage
        burst = range(found.first, found.last + 1) if found is not None and found.is_dense else range(0)
        by_hour = [0] * 24
        for row in mine:
            if row["when"] is not None and (row["part"], row["row"]) not in off and seconds(row) not in burst:
                by_hour[row["when"].astimezone(ZoneInfo(zone)).hour] += 1
        assert whole.usual == {hour for hour in range(24) if by_hour[hour] and by_hour[hour] * 50 >= sum(by_hour)}
        assert compile_dossier(given_rows.explorer, candidate, leaked_set(digests), within=within).usual == whole.usual


def heat(rows: list[dict[str, Any]], zone: str) -> list[list[int]]:
    """Rows by weekday and hour."""
    table = [[0] * 24 for _ in range(7)]
    for row in rows:
        local = row["when"].astimezone(ZoneInfo(zone))
        table[local.weekday()][local.hour] += 1
    return table


def in_bars(bars: list[int], rows: list[dict[str, Any]]) -> list[int]:
    """Rows between the edges of bars."""
    return [sum(first <= seconds(row) < until for row in rows) for first, until in pairwise(bars)]


def others(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many customers each operator touched."""
    by: dict[str, set[int]] = {}
    for row in rows:
        if row["operator"]:
            by.setdefault(row["operator"], set()).add(row["subject"])
    return {name: len(subjects) for name, subjects in by.items()}


def first_and_last(rows: list[dict[str, Any]]) -> dict[int, tuple[int, int, int]]:
    """First and last second and number of touches of each customer; 0 is a touch without a time."""
    by: dict[int, list[int]] = {}
    for row in rows:
        by.setdefault(row["subject"], []).append(seconds(row) if row["when"] is not None else 0)
    return {subject: (min(some), max(some), len(some)) for subject, some in by.items()}


@given(seed=SEEDS, digests=LEAKS)
def test_every_holder_of_leaked_customers_is_found_by_its_handle(seed: int, digests: list[int]) -> None:
    handles = Handles(Digester(Key(b"h" * 32)))
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        for row in touched(given_rows.rows, digests):
            names = {**row, "export": f"{row['line']:016x}"}
            for kind in ("operator", "account", "terminal", "address", "processor", "session", "export"):
                if names[kind] is None:
                    continue
                found = find_candidate(
                    given_rows.explorer, handles, kind, handles.of(kind, names[kind]), leaked_set(digests)
                )
                assert found is not None
                assert found.name == names[kind]
        assert find_candidate(given_rows.explorer, handles, "operator", "op-1", leaked_set(digests)) is None
        assert find_candidate(given_rows.explorer, handles, "host", "~" + "0" * 16, leaked_set(digests)) is None


def test_colleagues_of_the_same_size_are_a_band() -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows: Rows = write_random(seeded(3), Path(folder), ZONES[0])
        candidate = TrailHolder("terminal", "T1", "~", NamedIn("terminal", frozenset({"T1"})))
        made = compile_dossier(given_rows.explorer, candidate, leaked_set(SUBJECTS[1:]))
        near = [name for name in ("T2", "T3", "T4") if 0.5 <= size(given_rows, name) / size(given_rows, "T1") <= 2]
        assert made.colleagues == len(near)
        for at, (first, until) in enumerate(pairwise(made.bars)):
            counts = [count(given_rows, name, first, until) for name in near]
            if len(near) >= 3:
                assert made.low[at] == np.percentile(counts, 10)
                assert made.high[at] == np.percentile(counts, 90)


def size(rows: Rows, name: str) -> int:
    return sum(row["terminal"] == name for row in rows.rows)


def count(rows: Rows, name: str, first: int, until: int) -> int:
    mine = [row for row in rows.rows if row["terminal"] == name and row["when"] is not None]
    return sum(first <= seconds(row) < until for row in mine)

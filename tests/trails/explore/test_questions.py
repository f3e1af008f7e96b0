"""Every answer out of the lenses is the one that a look at every row gives."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.trails.explore.naive import (
    BEGIN,
    NAMES,
    SPREAD,
    SUBJECTS,
    ZONES,
    by_quarter,
    counted,
    fits,
    newest_first,
    seeded,
    write_random,
)
from trails.explore.conditions import (
    NAMED,
    AtRows,
    ClockHours,
    Condition,
    Either,
    Every,
    InSessions,
    NamedIn,
    NamedLike,
    OfLine,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
)
from trails.explore.gathered import gather, touches
from trails.explore.questions import ask, rows_of
from trails.explore.rows import read_places

SEEDS = st.integers(0, 1 << 32)
SECONDS = st.integers(BEGIN - 10, BEGIN + SPREAD + 10)
LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(sorted({*NAMES} - {"session"})).flatmap(
        lambda name: st.builds(NamedIn, st.just(name), st.frozensets(st.sampled_from([*NAMES[name], "nobody"])))
    ),
    st.builds(NamedIn, st.just("system"), st.frozensets(st.sampled_from(["crm", "billing", None]))),
    st.builds(NamedLike, st.just(NAMED), st.sampled_from(["op", "OK", "佐", "crm", "1", "nothing"])),
    st.builds(TimeSpan, SECONDS, SECONDS),
    st.builds(ClockHours, st.frozensets(st.integers(0, 23))),
    st.builds(Weekdays, st.frozensets(st.integers(0, 6))),
    st.builds(OfSubjects.of, st.lists(st.sampled_from([*SUBJECTS, 77]))),
    st.builds(InSessions, st.frozensets(st.sampled_from(["s1", "s2", "s9"]))),
    st.builds(AtRows.of, st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), max_size=6)),
    st.builds(OfLine, st.integers(1, 3), st.integers(1, 5)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda some: Every(tuple(some)), st.lists(parts, max_size=3)),
        st.builds(lambda some: Either(tuple(some)), st.lists(parts, max_size=3)),
        st.builds(Without, parts),
    ),
    max_leaves=6,
)


@given(seed=SEEDS, condition=CONDITIONS, zone=st.sampled_from(ZONES), limit=st.integers(1, 70))
def test_counts_histogram_facets_and_pages_are_those_of_all_rows(
    seed: int, condition: Condition, zone: str, limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), zone)
        wanted = [row for row in given_rows.rows if fits(row, condition, zone)]
        found = ask(given_rows.explorer, condition, limit=limit)
        assert found.rows == len(wanted)
        slots = {found.first_slot + at: int(found.slots[at]) for at in np.flatnonzero(found.slots).tolist()}
        assert slots == by_quarter(wanted)
        assert found.undated == sum(row["when"] is None for row in wanted)
        assert {name: dict(values) for name, values in found.facets.items()} == {
            name: counted(wanted, name) for name in NAMED
        }
        assert [(one.part, one.row) for one in found.page] == newest_first(wanted)[:limit]
        assert found.more == (len(wanted) > limit)
        rows = rows_of(given_rows.explorer, condition)
        assert {(part, row) for part, some in rows.items() for row in some.tolist()} == set(newest_first(wanted))


@given(seed=SEEDS, condition=CONDITIONS, limit=st.integers(1, 9))
def test_pages_follow_each_other_without_holes_and_without_doubles(seed: int, condition: Condition, limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        wanted = newest_first([row for row in given_rows.rows if fits(row, condition, ZONES[0])])
        seen: list[tuple[int, int]] = []
        after = None
        while True:
            page = ask(given_rows.explorer, condition, after=after, limit=limit, facets=())
            seen += [(one.part, one.row) for one in page.page]
            if not page.more:
                break
            after = page.page[-1]
        assert seen == wanted


@given(seed=SEEDS, condition=CONDITIONS, asked=st.lists(st.sampled_from([*SUBJECTS[1:], 77]), unique=True))
def test_touches_are_the_rows_of_those_customers_with_their_own_fields(
    seed: int, condition: Condition, asked: list[int]
) -> None:
    fields = ("operator", "terminal", "action", "system")
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        found = touches(given_rows.explorer, np.array(sorted(asked), np.uint64), fields, condition)
        wanted = [row for row in given_rows.rows if row["subject"] in asked and fits(row, condition, ZONES[0])]
        told = found.select("part", "row", "subject", *(pl.col(name).cast(pl.String) for name in fields)).rows()
        assert sorted(told, key=str) == sorted(
            ((row["part"], row["row"], row["subject"], *(row[name] for name in fields)) for row in wanted), key=str
        )
        gathered = gather(given_rows.explorer, condition, fields).select(
            "part", "row", pl.col("operator").cast(pl.String)
        )
        fitting = [row for row in given_rows.rows if fits(row, condition, ZONES[0])]
        assert sorted(gathered.rows(), key=str) == sorted(
            ((row["part"], row["row"], row["operator"]) for row in fitting), key=str
        )


@given(seed=SEEDS)
def test_records_of_a_page_are_read_in_its_order_with_every_field(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        page = ask(given_rows.explorer, limit=40, facets=()).page
        read = read_places(given_rows.explorer, page)
        known = {(row["part"], row["row"]): row for row in given_rows.rows}
        for place, row in zip(page, read.iter_rows(named=True), strict=True):
            assert {**row} == {**known[place.part, place.row]}


def test_without_files_nothing_fits() -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(1), Path(folder), ZONES[0])
        nothing = type(given_rows.explorer)([], ZONES[0])
        assert ask(nothing).rows == 0
        assert gather(nothing, Every(), ("operator",)).is_empty()
        assert nothing.span is None

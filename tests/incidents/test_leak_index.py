"""Earlier leaks are found as if every one of them had been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import func, select

from incidents.findings import NewFinding, record_finding
from incidents.leak_index import BLOCK_BITS, LONG, SAMPLE, WHOLE, possibly_same, sampled
from incidents.models import FindingRow, LeakMember
from incidents.same_leak import LeakContent, is_same_leak
from tests.incidents.makers import NOW, Leaked, make_document, take, wipe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.database import Database

PLACES = 32
SEEDS = st.integers(0, 2**32 - 1)


def drawn_lists(seed: int) -> Iterator[tuple[BitMap, tuple[int, ...]]]:
    """Lists of customers, many of them parts, copies and mixtures of each other, and sketches that agree in parts."""
    draw = np.random.default_rng(seed)
    known: list[np.ndarray] = []
    sketches: list[list[int]] = []
    for _ in range(int(draw.integers(2, 12))):
        population = int(draw.choice([50, 3_000, 400_000]))
        size = int(min(population, draw.choice([1, 4, 5, 6, 24, 25, 64, 65, 200, LONG, LONG + 1, 9_000])))
        fresh = draw.choice(population, size, replace=False)
        if known and draw.random() < 0.7:
            other = known[int(draw.integers(len(known)))]
            part = draw.choice(
                other, max(1, int(other.size * draw.choice([0.3, 0.5, 0.51, 0.8, 0.9, 1.0]))), replace=False
            )
            fresh = np.concatenate([part, fresh[: int(draw.choice([0, 1, size // 10, size // 2]))]])
        filled = int(draw.choice([0, 2, 12, 13, PLACES]))
        sketch = [int(draw.integers(1, 2**31)) if place < filled else 0 for place in range(PLACES)]
        if sketches and draw.random() < 0.4:
            sketch = list(sketches[int(draw.integers(len(sketches)))])
            for place in draw.choice(PLACES, int(draw.choice([0, 5, 6, 7, 20])), replace=False).tolist():
                sketch[place] = int(draw.integers(1, 2**31))
        known.append(np.unique(fresh))
        sketches.append(sketch)
        yield BitMap(known[-1].astype(np.uint32)), tuple(sketch)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_what_is_looked_at_holds_every_finding_of_the_same_leak(database: Database, seed: int) -> None:
    wipe(database)
    lists = list(drawn_lists(seed))
    for number, (members, sketch) in enumerate(lists):
        take(database, Leaked(f"content {number}", tuple(members), sketch=sketch))
    with database.read() as session:
        rows = {row.id: row for row in session.scalars(select(FindingRow))}
        contents = {
            key: LeakContent(row.sha256, row.sketch, BitMap.deserialize(row.members)) for key, row in rows.items()
        }
        for content in contents.values():
            expected = {key for key, other in contents.items() if is_same_leak(content, other)}
            looked_at = {row.id for row in possibly_same(session, content)}
            assert expected <= looked_at


def test_a_long_list_is_kept_in_blocks(database: Database) -> None:
    spread = tuple(range(0, 3_000_000, 100))
    take(database, Leaked("long", spread))
    with database.read() as session:
        kept = session.scalar(select(func.count()).select_from(LeakMember))
    assert kept == (3_000_000 >> BLOCK_BITS) + 1


def test_only_what_belongs_to_an_incident_is_found(database: Database) -> None:
    with database.write() as session:
        document = make_document(session, "an overlap")
        record_finding(session, document, NewFinding("overlap", members=BitMap(range(10))), generation=1, now=NOW)
    take(database, Leaked("a leak", tuple(range(10))))
    with database.read() as session:
        found = possibly_same(session, LeakContent("other", (), BitMap(range(10))))
    assert [row.verdict for row in found] == ["leak"]


@pytest.mark.parametrize("size", [0, 1, SAMPLE, SAMPLE + 1, WHOLE, 10_000])
def test_a_sample_does_not_depend_on_what_else_is_in_the_list(size: int) -> None:
    members = np.arange(0, size * 7, 7)
    sample = sampled(members)
    assert sample.size == min(size, SAMPLE)
    half = members[np.isin(members, sample) | (np.arange(size) % 2 == 0)]
    assert set(sampled(half).tolist()) == set(sample.tolist())

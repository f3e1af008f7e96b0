"""The thief of the index, small: he learns nothing, and would have learned nearly everything without the veil."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.corpus.people import make_people
from benchmarks.theft.attack import attack
from benchmarks.theft.seen import as_it_stands, read_segment, with_the_veil_lifted
from benchmarks.thief import KEY, Told, columns_of, judge, listed
from fingerprints.building.builder import build_index
from fingerprints.secrets.digests import codes

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS, LISTED = 150, 1500


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """What is right of his claims, and of those he makes with the veil lifted."""
    rng = Random(5)
    people = make_people(rng, LISTED)
    customer_of = rng.sample(range(LISTED), CUSTOMERS)
    folder: Path = tmp_path_factory.mktemp("stolen")
    build_index(folder, KEY, "all", columns_of([people[n] for n in customer_of]), as_of=date(2026, 4, 1))
    segment = folder / "g000001" / "s000001"
    known = listed(people)
    ways = (as_it_stands(segment), with_the_veil_lifted(segment, KEY))
    one, other = (judge(attack(read_segment(files), known, codes()), known, customer_of) for files in ways)
    return one, other


def test_a_thief_without_the_key_identifies_nobody_and_rules_nobody_out(stolen: tuple[Told, Told]) -> None:
    told, _ = stolen
    assert told.identified[1] <= 1  # by guessing
    assert told.excluded < 0.01
    assert told.read[1] == 0


def test_the_same_attack_works_where_there_is_something_to_see(stolen: tuple[Told, Told]) -> None:
    _, control = stolen
    named, right = control.identified
    assert right > CUSTOMERS / 2
    assert right > 0.95 * named
    assert control.excluded > 0.5
    assert control.read[1] > 10 * right / 2

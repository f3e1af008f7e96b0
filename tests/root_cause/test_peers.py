"""What colleagues tell about a leak: how much of it somebody would have touched anyway."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from root_cause.peers import MOST_CELLS, lifts
from root_cause.ranking import Leak, Touches
from root_cause.terms import HolderRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

N = 10_000
REGION = 2_000
"""The first so many customers are one region."""
RNG = np.random.default_rng(3)


def at_work(name: str, inside: int, outside: int, kind: str = "operator") -> Touches:
    """A holder who touched some customers of the region and some of elsewhere."""
    own = [RNG.choice(REGION, inside, replace=False), RNG.choice(np.arange(REGION, N), outside, replace=False)]
    return of_set(name, np.unique(np.concatenate(own)).astype(np.uint64), kind)


def of_set(name: str, subjects: NDArray[np.uint64], kind: str = "operator") -> Touches:
    return Touches(kind, name, subjects, np.full(len(subjects), 20_000), np.ones(len(subjects)))


def lifts_of(leaked: NDArray[np.int64], touches: list[Touches]) -> dict[str, float]:
    subjects = np.unique(leaked).astype(np.uint64)
    leak = Leak(subjects, np.full(len(subjects), 0.98), N, 20_100)
    rows = [
        HolderRows(
            one.subjects, one.days, np.full(len(one.subjects), float(one.sample)), np.isin(one.subjects, subjects),
            np.full(len(one.subjects), 0.98), np.zeros(len(one.subjects)),
        )
        for one in touches
    ]  # fmt: skip
    found = lifts(leak, touches, rows, {"operator": 30})
    return {one.name: lift.times for one, lift in zip(touches, found, strict=True)}


LOCALS = [at_work(f"local-{i}", 400, 200) for i in range(6)]
OTHERS = [at_work(f"other-{i}", 100, 500) for i in range(20)]
CHIEF = at_work("chief", 1_500, 600)


def test_who_works_in_a_leaked_region_would_have_touched_more_of_it_anyway() -> None:
    found = lifts_of(RNG.choice(REGION, 60, replace=False), [*LOCALS, *OTHERS, CHIEF])
    assert 1.5 < found["chief"] < 4
    assert all(1.3 < found[one.name] < 4 for one in LOCALS)
    assert all(found[one.name] < found["chief"] for one in OTHERS)


def test_of_a_large_leak_how_often_ordinary_holders_touch_it_is_enough() -> None:
    found = lifts_of(RNG.choice(REGION, 1_000, replace=False), [*LOCALS, *OTHERS, CHIEF])
    assert min(found.values()) > 2


def test_a_leak_of_any_customers_lifts_nobody_much() -> None:
    found = lifts_of(RNG.choice(N, 200, replace=False), [*LOCALS, *OTHERS])
    assert max(found.values()) < 2


def test_what_somebody_took_himself_does_not_excuse_him() -> None:
    culprit = at_work("culprit", 120, 480)
    found = lifts_of(RNG.choice(culprit.subjects.astype(np.int64), 60), [*LOCALS, *OTHERS, culprit])
    assert found["culprit"] < 1.5


def test_a_twin_excuses_nobody() -> None:
    culprit = at_work("culprit", 120, 480)
    twin = of_set("twin", culprit.subjects[:-5])
    session = of_set("session", culprit.subjects[:300], "session")
    found = lifts_of(RNG.choice(culprit.subjects.astype(np.int64), 60), [*OTHERS, culprit, twin, session])
    assert max(found["culprit"], found["twin"], found["session"]) < 1.5


def test_an_account_that_reads_everybody_tells_nothing() -> None:
    everybody = of_set("batch", np.arange(N, dtype=np.uint64))
    leaked = RNG.choice(REGION, 60, replace=False)
    with_it, without = lifts_of(leaked, [*LOCALS, CHIEF, everybody]), lifts_of(leaked, [*LOCALS, CHIEF])
    assert with_it["chief"] == pytest.approx(without["chief"])


def test_large_sets_are_compared_as_a_sample() -> None:
    few = [replace(one, sample=16) for one in (*LOCALS, CHIEF)]
    sampled = lifts_of(RNG.choice(REGION, 60, replace=False), few)
    assert sampled["chief"] >= 1
    assert MOST_CELLS > N


def test_alone_nobody_is_lifted() -> None:
    assert lifts_of(np.arange(50), [CHIEF]) == {"chief": 1.0}
    assert lifts_of(np.arange(0), [CHIEF]) == {"chief": 1.0}

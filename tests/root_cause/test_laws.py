"""Laws of the ranking: it is a function of the evidence, over random logs written to files in any splitting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.held_out.asking import ask, write_trails
from benchmarks.held_out.cases import answer
from benchmarks.held_out.worlds import CULPRIT, HeldOutWorld, fifth_of_all, make_world, whole_region
from root_cause.ranking import Leak, Ranking, Touches, rank_holders
from trails.store import reach

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.held_out.worlds import Taking

CUSTOMERS, HOLDERS, DAYS = 3_000, 8, 40
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def asked(world: HeldOutWorld, folder: Path, key: int = 1, parts: int = 1) -> Ranking:
    return ask(world, write_trails(world, folder / f"{key}-{parts}", key, parts), key)


@pytest.mark.parametrize("shape", [fifth_of_all, whole_region])
def test_six_keys_and_any_splitting_of_the_log_give_one_answer(shape: Taking, tmp_path: Path) -> None:
    world = make_world(shape, 5)
    answers = [answer(asked(world, tmp_path, key, parts)) for key, parts in enumerate((1, 2, 5, 1, 3, 8), start=1)]
    assert all(one == answers[0] for one in answers)
    assert CULPRIT in answers[0][0][1]


def test_how_customers_are_numbered_changes_nothing(tmp_path: Path) -> None:
    world = make_world(fifth_of_all, 6)
    other = np.random.default_rng(1).permutation(world.customers)
    renumbered = replace(
        world, log=replace(world.log, customer=other[world.log.customer]), leaked=np.unique(other[world.leaked])
    )
    assert answer(asked(world, tmp_path / "one")) == answer(asked(renumbered, tmp_path / "two"))


def test_customers_who_have_nothing_to_do_with_it_change_no_place(tmp_path: Path) -> None:
    world = make_world(fifth_of_all, 7)
    places = [
        [
            (kind, name)
            for kind, name, _, posterior, *_ in answer(asked(one, tmp_path / str(one.customers)))
            if posterior
        ]
        for one in (world, replace(world, customers=world.customers + 500))
    ]
    assert places[0][0] == places[1][0]
    assert CULPRIT in places[0][0][1]


def test_what_is_estimated_makes_an_answer_less_sure_and_names_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(fifth_of_all, 8)
    exact = asked(world, tmp_path)
    monkeypatch.setattr(reach, "EXACT_ROWS", 1000)
    monkeypatch.setattr(reach, "SAMPLED_ROWS", 2000)
    for key in (1, 2, 3):
        estimated = asked(world, tmp_path / "estimated", key)
        best = estimated.holders[0]
        assert (best.kind, best.name) == (exact.holders[0].kind, exact.holders[0].name)
        assert best.shifts
        assert (best.posterior or 0) <= (exact.holders[0].posterior or 0) + 1e-9


def touched(rng: np.random.Generator, number: int) -> Touches:
    count = int(rng.integers(5, 600))
    who = rng.choice(CUSTOMERS, count, replace=False).astype(np.uint64) + np.uint64(1)
    return Touches("operator", f"op-{number}", who, rng.integers(0, DAYS, count), np.ones(count))


def some_leak(rng: np.random.Generator, everyone: list[Touches]) -> Leak:
    """A part of what the first one touched, and anybody."""
    own = rng.choice(everyone[0].subjects, int(rng.integers(1, 5)) * len(everyone[0].subjects) // 5 or 1, replace=False)
    others = rng.integers(1, CUSTOMERS, int(rng.integers(1, 40))).astype(np.uint64)
    subjects = np.unique(np.concatenate([own[:100], others]))
    leak = Leak(subjects, np.full(len(subjects), 0.98), CUSTOMERS, DAYS)
    return counted(leak, everyone)


def counted(leak: Leak, everyone: list[Touches]) -> Leak:
    """The leak with how many touch each of its customers."""
    sets = [np.unique(one.subjects) for one in everyone]
    by = np.array([sum(int(subject in own) for own in map(set, sets)) for subject in leak.subjects.tolist()], float)
    return replace(leak, touched_by=by, pairs=float(sum(map(len, sets))))


def ranked(leak: Leak, everyone: list[Touches]) -> Ranking:
    return rank_holders(leak, everyone, {"operator": HOLDERS})


def place_of(ranking: Ranking, name: str) -> int:
    """How many candidates stand before it, "none of these" among them."""
    names = [one.name for one in ranking.holders if one.score > ranking.none_score and not one.explains_nothing]
    rest = [one.name for one in ranking.holders if one.name not in names]
    return [*names, "none of these", *rest, name].index(name)


@SLOW
@given(st.integers(0, 1 << 30))
def test_the_order_in_which_holders_and_touches_come_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    everyone = [touched(rng, number) for number in range(HOLDERS)]
    leak = some_leak(rng, everyone)
    mixed = []
    for number in rng.permutation(HOLDERS).tolist():
        one, order = everyone[number], rng.permutation(len(everyone[number].subjects))
        mixed.append(replace(one, subjects=one.subjects[order], days=one.days[order], odds=one.odds[order]))
    assert answer(ranked(leak, everyone)) == answer(ranked(leak, mixed))


@SLOW
@given(st.integers(0, 1 << 30))
def test_a_holder_that_touches_everybody_stands_below_all_that_explain_more_than_chance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    everyone = [touched(rng, number) for number in range(HOLDERS)]
    everybody = np.arange(1, CUSTOMERS + 1, dtype=np.uint64)
    everyone.append(Touches("operator", "batch", everybody, np.full(CUSTOMERS, DAYS // 2), np.full(CUSTOMERS, 20.0)))
    found = ranked(counted(some_leak(rng, everyone), everyone), everyone)
    batch = next(one for one in found.holders if one.name == "batch")
    assert batch.explains_nothing
    assert batch.posterior is None
    after = found.holders[found.holders.index(batch) :]
    assert all(one.explains_nothing for one in after)


@SLOW
@given(st.integers(0, 1 << 30))
def test_more_agreeing_evidence_never_lowers_a_rank(seed: int) -> None:
    rng = np.random.default_rng(seed)
    everyone = [touched(rng, number) for number in range(HOLDERS)]
    leak = some_leak(rng, everyone)
    one = everyone[0]
    missing = np.setdiff1d(leak.subjects, one.subjects)[: int(rng.integers(1, 6))]
    more = replace(
        one,
        subjects=np.concatenate([one.subjects, missing]),
        days=np.concatenate([one.days, rng.choice(one.days, len(missing))]),
        odds=np.concatenate([one.odds, np.ones(len(missing))]),
    )
    agreeing = [more, *everyone[1:]]
    before, after = ranked(leak, everyone), ranked(counted(leak, agreeing), agreeing)
    assert place_of(after, "op-0") <= place_of(before, "op-0")

"""Planted culprits in made-up carriers, small and with fixed seeds: the bars of the benchmark hold here too."""

from __future__ import annotations

import pytest

from benchmarks._carrier import CULPRITS, ELSEWHERE, INSEPARABLE, make_world
from benchmarks._plot import draw
from benchmarks.held_out.cases import held_out_bars, run_case
from benchmarks.held_out.outcomes import Outcome
from benchmarks.held_out.worlds import ELSEWHERE as GONE
from benchmarks.held_out.worlds import TAKEN
from benchmarks.root_cause import bars, reliability, simulate

ROWS, NOISE = 100, 0.1
SURE = 0.9


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    worlds = [make_world(20_000, 30, 200, seed) for seed in (1, 2)]
    scenarios = (*CULPRITS, *INSEPARABLE, *ELSEWHERE)
    return [one for scenario in scenarios for one in simulate(worlds, scenario, ROWS, NOISE)]


def test_the_bars_are_kept(outcomes: list[Outcome]) -> None:
    assert [name for name, kept in bars(outcomes).items() if not kept] == []


def test_people_who_did_everything_together_are_tied(outcomes: list[Outcome]) -> None:
    assert all(one.right for one in outcomes if one.scenario == "team")


def test_somebody_without_records_is_none_of_these(outcomes: list[Outcome]) -> None:
    assert all(one.none for one in outcomes if one.scenario == "gone_in_a_gap")


def test_a_missed_bar_is_named(outcomes: list[Outcome]) -> None:
    wrong = [Outcome(one.scenario, one.rows, one.noise, False, False, False, True, 1.0) for one in outcomes]
    assert set(bars(wrong).values()) == {False}


def test_who_says_he_is_sure_is_right(outcomes: list[Outcome]) -> None:
    sure = [one.right for one in outcomes if one.sure >= SURE]
    assert len(sure) > len(outcomes) / 2
    assert sum(sure) >= SURE * len(sure)


def test_the_picture_shows_every_scenario(outcomes: list[Outcome]) -> None:
    picture = draw(outcomes, reliability(outcomes))
    assert picture.startswith("<svg ")
    assert all(one.scenario.replace("_", " ") in picture for one in outcomes)


def test_carriers_that_nothing_was_tuned_to_keep_their_bars() -> None:
    cases = [run_case(shape, 17, 100, 2) for shape in (*TAKEN, *GONE)]
    assert [name for name, kept in held_out_bars(cases).items() if not kept] == []
    assert all(one.outcome.right for one in cases if one.outcome.scenario == "from_elsewhere")

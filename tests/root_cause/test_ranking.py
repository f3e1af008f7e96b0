"""The ranking of holders as a function of values: what has to come first, and what must not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.set_likelihood import set_score
from root_cause.ranking import Background, Leak, Ranking, Touches, best_possible, rank_holders
from root_cause.windows import UNDATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N = 100_000
SEEN = 20_400


def some(count: int, seed: int = 0) -> NDArray[np.uint64]:
    return np.random.default_rng(seed).choice(N, count, replace=False).astype(np.uint64) + np.uint64(1)


def touches(
    name: str,
    subjects: NDArray[np.uint64],
    *,
    days: Sequence[int] | None = None,
    odds: float = 1.0,
    kind: str = "operator",
) -> Touches:
    spread = np.arange(len(subjects)) % 300 + 20_000 if days is None else np.resize(np.array(days), len(subjects))
    return Touches(kind, name, subjects, spread.astype(np.int64), np.full(len(subjects), odds), ("crm",))


def leak(subjects: NDArray[np.uint64], *, sure: float = 1.0) -> Leak:
    ordered = np.sort(subjects)
    return Leak(ordered, np.full(len(ordered), sure), N, SEEN)


def others(count: int = 50, each: int = 1500) -> list[Touches]:
    return [touches(f"op-{i:02d}", some(each, seed=100 + i)) for i in range(count)]


def rank(leaked: Leak, everyone: Sequence[Touches], among: int = 60) -> Ranking:
    return rank_holders(leaked, everyone, {"operator": among, "session": among, "terminal": among})


def test_the_one_who_saw_the_leaked_customers_comes_first() -> None:
    mine = some(1500, seed=1)
    ranking = rank(leak(mine[:100]), [*others(), touches("culprit", mine)])
    best = ranking.holders[0]
    assert (best.name, best.covered, best.of, best.size) == ("culprit", 100, 100, 1500)
    assert best.posterior is not None
    assert best.posterior > 0.99
    assert best.expected == pytest.approx(1.5, rel=0.1)
    assert not ranking.none_first
    assert ranking.unexplained == 0


def test_a_score_is_the_sum_of_its_named_terms() -> None:
    mine = some(1500, seed=1)
    for one in rank(leak(mine[:100]), [*others(), touches("culprit", mine)]).holders:
        assert one.score == pytest.approx(sum(one.terms.values()), abs=0.01)


def test_when_nobody_took_it_none_of_these_comes_first() -> None:
    ranking = rank(leak(some(200, seed=2)), others())
    assert ranking.none_first
    assert ranking.none_posterior["operator"] > 0.9


def test_an_account_that_reads_everybody_explains_nothing() -> None:
    mine = some(1500, seed=1)
    batch = touches("batch", np.arange(1, N + 1, dtype=np.uint64), days=[20_100])
    ranking = rank(leak(mine[:100]), [*others(), batch, touches("culprit", mine)])
    assert ranking.holders[0].name == "culprit"
    found = next(one for one in ranking.holders if one.name == "batch")
    assert found.explains_nothing
    assert found.also_consistent
    alone = rank(leak(mine[:100]), [*others(), batch])
    assert alone.none_first


def test_a_batch_that_reads_another_part_each_night_explains_nothing_either() -> None:
    part = some(30_000, seed=3)
    batch = touches("batch", part, days=range(20_100, 20_110))
    ranking = rank(leak(part[:100]), [*others(), batch])
    assert next(one for one in ranking.holders if one.name == "batch").explains_nothing
    assert ranking.none_first


def test_one_night_stands_out_from_years_of_work() -> None:
    taken = some(5000, seed=4)
    usual = touches("culprit", some(40_000, seed=5))
    night = touches("culprit", taken, days=[20_200], odds=10.0)
    both = replace(
        usual,
        subjects=np.concatenate([usual.subjects, night.subjects]),
        days=np.concatenate([usual.days, night.days]),
        odds=np.concatenate([usual.odds, night.odds]),
    )
    best = rank(leak(taken[:50]), [*others(), both]).holders[0]
    assert best.name == "culprit"
    assert (best.window_days, best.from_day, best.to_day) == (1, 20_200, 20_200)
    assert best.terms["windows"] < 0
    assert best.terms["actions"] > 2


def test_access_after_the_first_sighting_is_impossible() -> None:
    mine = some(100, seed=1)
    late = touches("late", mine, days=[SEEN + 1])
    ranking = rank(leak(mine), [*others(), late])
    assert "late" not in [one.name for one in ranking.holders]


def test_a_touch_without_a_time_counts_for_all_time_only() -> None:
    mine = some(500, seed=1)
    undated = touches("undated", mine, days=[UNDATED])
    best = rank(leak(mine[:100]), [*others(), undated]).holders[0]
    assert (best.name, best.window_days, best.from_day) == ("undated", 0, None)


def test_windows_in_which_the_values_were_not_current_cost() -> None:
    mine = some(2000, seed=1)
    early, late = touches("early", mine, days=[20_010]), touches("late", mine, days=[20_300])
    dated = replace(leak(mine[:100]), dated=(20_250, 20_399))
    ranking = rank(dated, [*others(), early, late])
    assert ranking.holders[0].name == "late"


def test_equal_sets_are_a_tie() -> None:
    mine = some(1500, seed=1)
    ranking = rank(leak(mine[:100]), [*others(), touches("one", mine), touches("two", mine)])
    by_name = {one.name: one for one in ranking.holders}
    assert by_name["one"].tied_with == ("two",)
    assert by_name["two"].tied_with == ("one",)
    assert by_name["one"].posterior == pytest.approx(0.5, abs=0.01)


def test_a_superset_is_also_consistent_and_ranks_lower() -> None:
    mine = some(1500, seed=1)
    wider = np.unique(np.concatenate([mine, some(6000, seed=9)]))
    ranking = rank(leak(mine[:100]), [*others(), touches("culprit", mine), touches("wider", wider)])
    assert [one.name for one in ranking.holders[:2]] == ["culprit", "wider"]
    assert ranking.holders[1].also_consistent
    assert not ranking.holders[0].also_consistent


def test_unsure_matches_weigh_less() -> None:
    mine = some(1500, seed=1)
    scores = [rank(leak(mine[:50], sure=sure), [touches("culprit", mine)]).holders[0].score for sure in (1.0, 0.6, 0.2)]
    assert scores == sorted(scores, reverse=True)


def test_a_leak_of_one_region_accuses_nobody_who_works_there() -> None:
    region = np.arange(1, N // 5, dtype=np.uint64)
    workers = [touches(f"op-{i}", np.random.default_rng(i).choice(region, 1500, replace=False)) for i in range(20)]
    ranking = rank(leak(np.random.default_rng(99).choice(region, 200, replace=False)), [*others(), *workers], among=70)
    assert ranking.none_first
    assert ranking.holders[0].terms["peers"] < 0


def test_customers_whom_everybody_touches_weigh_less() -> None:
    mine = some(1500, seed=1)
    plain = leak(mine[:100])
    busy = replace(plain, touched_by=np.full(100, 9.0), pairs=N + 1500.0)
    scores = [rank(one, [touches("culprit", mine)]).holders[0].score for one in (plain, busy)]
    assert scores[0] > scores[1]


def test_an_extract_that_leaked_as_a_whole_is_part_of_none_of_these() -> None:
    extract = some(3000, seed=1)
    alone = rank_holders(leak(extract[:200]), [touches("copier", extract)], {"operator": 60})
    assert not alone.none_first
    beside = rank_holders(
        leak(extract[:200]), [touches("copier", extract)], {"operator": 60}, [Background("e", 3000, 200)]
    )
    assert beside.none_first


def test_a_sample_of_a_large_holder_speaks_for_all_of_it() -> None:
    everyone = np.arange(1, 30_001, dtype=np.uint64)
    leaked = leak(everyone[:100])
    whole = rank(leaked, [touches("large", everyone)]).holders[0]
    kept = everyone[(everyone % 16 == 0) | (everyone <= 100)]
    sampled = rank(leaked, [replace(touches("large", kept), sample=16)]).holders[0]
    assert sampled.covered == whole.covered == 100
    assert sampled.size == pytest.approx(whole.size, rel=0.01)


def test_order_does_not_matter() -> None:
    mine = some(1500, seed=1)
    everyone = [*others(10), touches("one", mine), touches("two", mine)]
    forward, backward = rank(leak(mine[:100]), everyone), rank(leak(mine[:100]), everyone[::-1])
    assert [one.name for one in forward.holders] == [one.name for one in backward.holders]


def test_without_touches_or_customers_there_is_no_candidate() -> None:
    assert rank(leak(some(10)), []).none_first
    assert rank(leak(some(0)), others(3)).holders == ()


@settings(deadline=None)
@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, N))
def test_no_holder_beats_what_is_possible(covered: int, of: int, size: int) -> None:
    covered, size = min(covered, of), max(covered, size)
    score = set_score(np.array([[float(covered)]]), float(of), np.array([size / N]))[0]
    assert score - np.log(7) <= best_possible(covered, of, N, 7) + 1e-9


def test_a_planted_record_that_leaked_speaks_against_who_opened_it() -> None:
    both = np.arange(1, 21, dtype=np.uint64)
    leak = Leak(both, np.full(20, 0.98), 5000, 20_100, canaries=(20,))
    days = np.full(40, 20_050)
    other = np.arange(1, 41, dtype=np.uint64)
    opened = Touches("operator", "opened", other, days, np.ones(40))
    spared = Touches("operator", "spared", np.where(other == 20, 99, other).astype(np.uint64), days, np.ones(40))
    ranking = rank_holders(leak, [spared, opened], {"operator": 50})
    assert [one.name for one in ranking.holders] == ["opened", "spared"]
    terms = [one.terms["canaries"] for one in ranking.holders]
    assert terms[0] > 0 == terms[1]

"""Every shape of the held-out worlds, asked under several keys: who comes first, how surely, and whether keys agree."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.held_out.asking import ask, write_trails
from benchmarks.held_out.outcomes import Outcome, sureness
from benchmarks.held_out.worlds import BATCH, ELSEWHERE, TAKEN, make_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.held_out.worlds import HeldOutWorld, Taking
    from root_cause.ranking import Ranking

SHAPES: Final = (*TAKEN, *ELSEWHERE)
NOISE: Final = 0.05
FIRST_ROWS, FIRST_BAR = 100, 0.95
NOBODY: Final = tuple(shape.__name__ for shape in ELSEWHERE)


@dataclass(frozen=True)
class HeldOutCase:
    """A world's outcome, and whether every key gave the same answer."""

    outcome: Outcome
    seed: int
    same: bool


def answer(ranking: Ranking) -> list[tuple[str, str, float, float | None, int | None, int]]:
    """What must not hang on the key: every candidate in its place, with its score, its probability and its window."""
    return [
        (
            one.kind,
            one.name,
            round(one.score, 3),
            None if one.posterior is None else round(one.posterior, 4),
            one.from_day,
            one.size,
        )
        for one in ranking.holders
    ]


def judge_world(world: HeldOutWorld, ranking: Ranking, rows: int) -> Outcome:
    """Whether the answer is the wanted one."""
    named = [one.name for one in ranking.holders] if not ranking.none_first else []
    first = next(iter(named), "")
    right = ranking.none_first if world.culprit is None else world.culprit in first
    three = any((world.culprit or "-") in name for name in named[:3])
    return Outcome(world.shape, rows, NOISE, right, three, ranking.none_first, BATCH in first, sureness(ranking))


def run_case(shape: Taking, seed: int, rows: int, keys: int) -> HeldOutCase:
    """One world under so many keys, its log dealt out to more imports with each."""
    world = make_world(shape, seed, rows, NOISE)
    rankings = []
    for key in range(1, keys + 1):
        with tempfile.TemporaryDirectory(prefix="hinomi-held-out-") as folder:
            rankings.append(ask(world, write_trails(world, Path(folder), key, parts=key), key))
    same = all(answer(one) == answer(rankings[0]) for one in rankings)
    return HeldOutCase(judge_world(world, rankings[0], rows), seed, same)


def run_cases(seeds: Sequence[int], rows: Sequence[int], keys: int) -> Iterator[HeldOutCase]:
    """Every shape with every seed and size of the leak."""
    for shape in SHAPES:
        for count in rows:
            for seed in seeds:
                yield run_case(shape, seed, count, keys)


def held_out_bars(cases: Sequence[HeldOutCase]) -> dict[str, bool]:
    """Which bars are kept."""
    large = [one.outcome for one in cases if one.outcome.rows >= FIRST_ROWS and one.outcome.scenario not in NOBODY]
    return {
        "held out: the culprit first at 100 rows or more": sum(one.right for one in large) >= FIRST_BAR * len(large),
        "held out: never a batch account first": not any(one.outcome.batch for one in cases),
        "held out: every key gives the same answer": all(one.same for one in cases),
    }

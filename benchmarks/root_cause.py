"""Who did it, over made-up carriers with planted culprits: how often the right one comes first, and how sure it was.

    ./run bench root_cause --held-out 4 [--seed 0] [--rows 100] [--keys 3] [--plot docs/images/root-cause-held-out.svg]
    ./run bench root_cause [--runs 20] [--customers 100000] [--operators 300] [--days 730] [--rows 1000 300 100 30 10]
                           [--noise 0 0.1 0.3] [--plot docs/images/root-cause.svg]

Customers differ in how often they call, operators in how much they see and in their region, a supervisor sees a whole
region, and a batch account reads a tenth of everybody each night. Each scenario plants its culprit in that world
(`benchmarks._carrier`). "right" is the answer that is wanted: the culprit first; for `team` the culprit tied with his
twin; for leaks that no record explains, "none of these". With --held-out it is other carriers (`benchmarks.held_out`),
so many of each shape, whose logs go through the columnar store under several keys. Ends with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks._carrier import BATCH, CULPRIT, CULPRITS, ELSEWHERE, INSEPARABLE, leak_of, make_world
from benchmarks._plot import draw
from benchmarks.held_out.cases import NOBODY, held_out_bars, run_cases
from benchmarks.held_out.outcomes import Outcome, sureness
from root_cause.ranking import rank_holders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from benchmarks._carrier import CarrierWorld, Planted
    from root_cause.ranking import Ranking

    Scenario = Callable[[CarrierWorld, int], Planted]

BINS: Final = (0.0, 0.5, 0.8, 0.95, 0.99, 1.0)
FIRST_BAR, FIRST_ROWS, FIRST_NOISE = 0.95, 100, 0.1
TOP_BAR, TOP_ROWS = 0.95, 30
MOST_TIES: Final = 2
SELDOM: Final = tuple(scenario.__name__ for scenario in ELSEWHERE)
"""Leaks that nobody in the records took."""


def judge(scenario: Scenario, ranking: Ranking, rows: int, noise: float) -> Outcome:
    """What a ranking is worth, knowing who did it."""
    best = ranking.holders[0] if ranking.holders else None
    three = any(one.name.startswith(CULPRIT) for one in ranking.holders[:3]) and not ranking.none_first
    if scenario in ELSEWHERE:
        right = ranking.none_first
    else:
        right = not ranking.none_first and best is not None and best.name.startswith(CULPRIT)
        right &= scenario not in INSEPARABLE or (best is not None and 0 < len(best.tied_with) < MOST_TIES)
    batch = not ranking.none_first and best is not None and best.name == BATCH
    return Outcome(scenario.__name__, rows, noise, right, three, ranking.none_first, batch, sureness(ranking))


def simulate(worlds: Sequence[CarrierWorld], scenario: Scenario, rows: int, noise: float) -> list[Outcome]:
    """One leak in each world."""
    outcomes = []
    for world in worlds:
        planted, taken = scenario(world, rows)
        touches = [*world.touches, *planted]
        among = {kind: sum(one.kind == kind for one in touches) for kind in {one.kind for one in touches}}
        ranking = rank_holders(leak_of(world, taken, noise, touches), touches, among)
        outcomes.append(judge(scenario, ranking, rows, noise))
    return outcomes


def reliability(outcomes: Sequence[Outcome], nobody: Collection[str] = SELDOM) -> list[tuple[float, float, int]]:
    """For each bin of probabilities: the mean that was said, the share that was right, and how many there were.

    A probability is one under a prior, here that somebody and nobody are as likely as each other; leaks of either sort
    count so much that this holds, however many scenarios there are of each.
    """
    sorts = [one.scenario in nobody for one in outcomes]
    weight = {sort: 1 / sorts.count(sort) for sort in set(sorts)}
    table = []
    for low, high in zip(BINS, (*BINS[1:], np.inf), strict=True):
        mine = [(one, weight[sort]) for one, sort in zip(outcomes, sorts, strict=True) if low <= one.sure < high]
        if mine:
            total = sum(each for _, each in mine)
            said = sum(each * one.sure for one, each in mine) / total
            table.append((said, sum(each * one.right for one, each in mine) / total, len(mine)))
    return table


def share(outcomes: Sequence[Outcome], what: str) -> float:
    """The share of outcomes with a property."""
    return float(np.mean([getattr(one, what) for one in outcomes])) if outcomes else 1.0


def bars(outcomes: Sequence[Outcome]) -> dict[str, bool]:
    """Which bars are kept, of those that the sizes and noises which were run can tell."""
    single = {one.__name__ for one in CULPRITS if one.__name__ not in {"two_culprits", "in_a_gap"}}
    elsewhere = {one.__name__ for one in ELSEWHERE if one.__name__ != "gone_in_a_gap"}
    quiet = [one for one in outcomes if one.noise <= FIRST_NOISE]
    return {
        "a single culprit first at 100 rows or more": share(
            [one for one in quiet if one.scenario in single and one.rows >= FIRST_ROWS], "right"
        )
        >= FIRST_BAR,
        "the culprit among three at 30 rows or more": share(
            [one for one in quiet if one.scenario in single and one.rows >= TOP_ROWS], "top_three"
        )
        >= TOP_BAR,
        "nobody: none of these first": share([one for one in quiet if one.scenario in elsewhere], "right") >= FIRST_BAR,
        "never a batch account first": not any(one.batch for one in outcomes),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print shares for every scenario, how sure the answers were, and the bars; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--operators", type=int, default=60)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 30])
    parser.add_argument("--noise", type=float, nargs="*", default=[0.1])
    parser.add_argument("--plot", type=Path, help="where to draw the curves and the reliability of the probabilities")
    parser.add_argument("--held-out", type=int, default=0, help="so many worlds of each held-out shape instead")
    parser.add_argument("--seed", type=int, default=0, help="the first seed of the held-out worlds")
    parser.add_argument("--keys", type=int, default=3, help="keys that each held-out world is asked under")
    args = parser.parse_args(argv)
    if args.held_out:
        return _held_out(args)
    started = time.perf_counter()
    print(f"{args.customers:,} customers, {args.operators} operators, {args.days} days, {args.runs} worlds")
    print(f"{'scenario':<16}{'rows':>6}{'noise':>7}{'right':>8}{'top 3':>8}{'none':>8}{'batch':>7}")
    worlds = [make_world(args.customers, args.operators, args.days, seed) for seed in range(args.runs)]
    outcomes: list[Outcome] = []
    for scenario in (*CULPRITS, *INSEPARABLE, *ELSEWHERE):
        for rows in args.rows:
            for noise in args.noise:
                outcomes += (some := simulate(worlds, scenario, rows, noise))
                line = "".join(f"{share(some, what):>8.0%}" for what in ("right", "top_three", "none"))
                print(
                    f"{scenario.__name__:<16}{rows:>6}{noise:>7.0%}{line}{sum(one.batch for one in some):>7}",
                    flush=True,
                )
    print("how sure it said it was, and how often it was right:")
    for said, true, count in reliability(outcomes):
        print(f"  {said:>7.1%}{true:>8.1%}  of {count}")
    kept = bars(outcomes)
    for name, good in kept.items():
        print(f"{'kept' if good else 'MISSED'}: {name}")
    if args.plot:
        args.plot.write_text(draw(outcomes, reliability(outcomes)), encoding="utf-8")
    print(f"{time.perf_counter() - started:.1f} s")
    return 0 if all(kept.values()) else 1


def _held_out(args: argparse.Namespace) -> int:
    """Print what the held-out worlds came to, a line a shape and size, and every one that went wrong."""
    started = time.perf_counter()
    seeds = range(args.seed, args.seed + args.held_out)
    cases = []
    print(f"{'shape':<24}{'rows':>6}{'right':>8}{'none':>8}{'batch':>7}{'same':>7}")
    for case in run_cases(seeds, args.rows, args.keys):
        cases.append(case)
        mine = [one for one in cases if (one.outcome.scenario, one.outcome.rows) == _kind_of(case.outcome)]
        if not case.outcome.right:
            print(f"  not right: {case.outcome.scenario}, {case.outcome.rows} rows, seed {case.seed}, {case.outcome}")
        if len(mine) == len(seeds):
            some = [one.outcome for one in mine]
            line = f"{share(some, 'right'):>8.0%}{share(some, 'none'):>8.0%}{sum(one.batch for one in some):>7}"
            name, rows = _kind_of(case.outcome)
            print(f"{name:<24}{rows:>6}{line}{sum(one.same for one in mine):>7}", flush=True)
    outcomes = [one.outcome for one in cases]
    table = reliability(outcomes, NOBODY)
    print("how sure it said it was, and how often it was right:")
    for said, true, count in table:
        print(f"  {said:>7.1%}{true:>8.1%}  of {count}")
    kept = held_out_bars(cases)
    for name, good in kept.items():
        print(f"{'kept' if good else 'MISSED'}: {name}")
    if args.plot:
        args.plot.write_text(draw(outcomes, table), encoding="utf-8")
    print(f"{time.perf_counter() - started:.1f} s")
    return 0 if all(kept.values()) else 1


def _kind_of(outcome: Outcome) -> tuple[str, int]:
    return outcome.scenario, outcome.rows


if __name__ == "__main__":
    raise SystemExit(main())

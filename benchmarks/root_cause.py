"""Who did it, over made-up carriers with planted culprits: how often the right one comes first.

    ./run bench root_cause [--runs 20] [--customers 100000] [--operators 300] [--days 730] [--rows 300 100 30 10]

Customers differ in how often they call, operators in how much they see and in their region, a supervisor sees a whole
region, and a batch account reads a tenth of everybody each night. Each scenario plants its culprit in that world.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from incidents.root_cause import Leak, Ranking, Touches, rank_holders
from incidents.root_cause_score import ACTION_ODDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

FIRST_DAY = 20_000
DAILY = 12
REGIONS = 5
REGIONAL = 0.7
"""Share of an operator's calls that come from his own region."""
WEEKEND = 5
NIGHT_SHARE = 10
NIGHTS = 30
SUPERVISOR = 6
TAKEN = 5000
CULPRIT = "culprit"
BATCH = "nightly-batch"


@dataclass(frozen=True)
class World:
    """A made-up carrier; ``calls`` is each customer's share of all calls, running up to 1."""

    customers: int
    days: int
    calls: NDArray[np.float64]
    touches: tuple[Touches, ...]
    rng: np.random.Generator

    def draw(self, count: int, region: int | None) -> NDArray[np.uint64]:
        """Customers as they call, most of them from one region."""
        who = np.searchsorted(self.calls, self.rng.random(count)).astype(np.int64)
        if region is not None:
            own = self.rng.random(count) < REGIONAL
            who = np.where(own, who - who % REGIONS + region, who)
        return np.minimum(who, self.customers - 1).astype(np.uint64)

    def work(self, name: str, rate: float, region: int | None) -> Touches:
        """An operator who sees about ``rate`` customers on each of five days a week."""
        counts = self.rng.poisson(rate, self.days)
        counts[np.arange(self.days) % 7 >= WEEKEND] = 0
        return of_rows(name, self.draw(int(counts.sum()), region), np.repeat(np.arange(self.days), counts), 1.0)


Planted = tuple[list[Touches], "NDArray[np.uint64]"]


def make_world(customers: int, operators: int, days: int, seed: int) -> World:
    """Operators and supervisors of five regions at ordinary work, and a batch account."""
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0, 1, customers)
    world = World(customers, days, np.cumsum(weights) / weights.sum(), (), rng)
    touches = [world.work(f"op-{i:04d}", DAILY * rng.uniform(0.3, 2), i % REGIONS) for i in range(operators)]
    touches += [world.work(f"supervisor-{i}", DAILY * SUPERVISOR, i) for i in range(REGIONS)]
    nights = np.repeat(np.linspace(0, days - 1, NIGHTS).astype(np.int64), customers // NIGHT_SHARE)
    touches.append(of_rows(BATCH, rng.integers(0, customers, len(nights)).astype(np.uint64), nights, 1.0))
    return replace(world, touches=tuple(touches))


def of_rows(name: str, subjects: NDArray[np.uint64], days: NDArray[np.int64], odds: float) -> Touches:
    """Touches of an operator, days counted from the first."""
    return Touches("operator", name, subjects, days.astype(np.int64) + FIRST_DAY, np.full(len(subjects), odds))


def joined(*parts: Touches) -> Touches:
    """Touches of one holder put together."""
    return replace(
        parts[0],
        subjects=np.concatenate([one.subjects for one in parts]),
        days=np.concatenate([one.days for one in parts]),
        odds=np.concatenate([one.odds for one in parts]),
    )


def pick(world: World, subjects: NDArray[np.uint64], rows: int) -> NDArray[np.uint64]:
    """Some of a set's customers."""
    distinct = np.unique(subjects)
    return world.rng.choice(distinct, min(rows, len(distinct)), replace=False)


def slow_drip(world: World, rows: int) -> Planted:
    """A worker at ordinary work, some of whose customers leak over the years."""
    culprit = world.work(CULPRIT, DAILY, 1)
    return [culprit], pick(world, culprit.subjects, rows)


def one_night(world: World, rows: int) -> Planted:
    """A worker who exports five thousand customers in one night; the leak is a part of them."""
    taken = world.rng.choice(world.customers, TAKEN, replace=False).astype(np.uint64)
    night = of_rows(CULPRIT, taken, np.full(TAKEN, world.days // 2), ACTION_ODDS["export"])
    return [joined(world.work(CULPRIT, DAILY, 1), night)], pick(world, taken, rows)


def one_region(world: World, rows: int) -> Planted:
    """The slow drip, of which only the customers of the culprit's region are sold."""
    culprit = world.work(CULPRIT, DAILY, 1)
    return [culprit], pick(world, culprit.subjects[culprit.subjects % REGIONS == 1], rows)


def supervisor(world: World, rows: int) -> Planted:
    """The culprit sees six times as many as others."""
    culprit = world.work(CULPRIT, DAILY * SUPERVISOR, 1)
    return [culprit], pick(world, culprit.subjects, rows)


def shared_account(world: World, rows: int) -> Planted:
    """An administrator's account that ten people use, who see much; one of them takes what he sees in one month."""
    everyone = [world.work(CULPRIT, DAILY, i % REGIONS) for i in range(10)]
    month = everyone[0].days - FIRST_DAY < world.days // 12
    return [joined(*everyone)], pick(world, everyone[0].subjects[month], rows)


def two_culprits(world: World, rows: int) -> Planted:
    """Two workers at ordinary work, half of the leak from each."""
    pair = [world.work(CULPRIT, DAILY, 1), world.work(f"{CULPRIT}-2", DAILY, 2)]
    return pair, np.unique(np.concatenate([pick(world, one.subjects, rows // 2) for one in pair]))


def in_a_gap(world: World, rows: int) -> Planted:
    """The slow drip, and the logs of half of its days are missing."""
    culprit = world.work(CULPRIT, DAILY, 1)
    there = (culprit.days - FIRST_DAY) % 14 < 7  # noqa: PLR2004  # every other week
    seen = replace(culprit, subjects=culprit.subjects[there], days=culprit.days[there], odds=culprit.odds[there])
    return [seen], pick(world, culprit.subjects, rows)


def nobody(world: World, rows: int) -> Planted:
    """The leak came from elsewhere, any customers alike."""
    return [], world.rng.choice(world.customers, rows, replace=False).astype(np.uint64)


def nobody_callers(world: World, rows: int) -> Planted:
    """The leak came from elsewhere, and holds those more often who call more often."""
    return [], pick(world, world.draw(2 * rows, None), rows)


def nobody_region(world: World, rows: int) -> Planted:
    """The leak came from elsewhere, one region only."""
    return [], (world.rng.choice(world.customers // REGIONS, rows, replace=False) * REGIONS + 1).astype(np.uint64)


SCENARIOS = (
    slow_drip, one_night, one_region, supervisor, shared_account, two_culprits, in_a_gap,
    nobody, nobody_callers, nobody_region,
)  # fmt: skip


def leak_of(world: World, taken: NDArray[np.uint64], noise: float, touches: Sequence[Touches]) -> Leak:
    """The taken customers, a share of them replaced by others."""
    others = world.rng.integers(0, world.customers, round(len(taken) * noise)).astype(np.uint64)
    subjects = np.unique(np.concatenate([world.rng.permutation(taken)[: len(taken) - len(others)], others]))
    by = np.zeros(world.customers)
    for one in touches:
        by[np.unique(one.subjects).astype(np.int64)] += 1
    popularity = by[subjects.astype(np.int64)] / max(by.mean(), 1.0)
    return Leak(subjects, np.full(len(subjects), 0.98), world.customers, FIRST_DAY + world.days, popularity=popularity)


def place(ranking: Ranking) -> int:
    """Where the culprit stands; 0 for "none of these" first, 99 for nowhere."""
    if ranking.none_first:
        return 0
    return next((i + 1 for i, one in enumerate(ranking.holders) if one.name.startswith(CULPRIT)), 99)


def run(scenario: Callable[[World, int], Planted], worlds: Sequence[World], rows: int, noise: float) -> str:
    """One line of the table: shares over all worlds."""
    places, batch, posteriors = [], 0, []
    for world in worlds:
        planted, taken = scenario(world, rows)
        touches = [*world.touches, *planted]
        ranking = rank_holders(leak_of(world, taken, noise, touches), touches, {"operator": len(touches)})
        places.append(place(ranking))
        batch += not ranking.none_first and ranking.holders[0].name == BATCH
        posteriors.append(next((h.posterior for h in ranking.holders if h.name.startswith(CULPRIT)), 0.0))
    first, three, none = (sum(p in some for p in places) / len(places) for some in ((1,), (1, 2, 3), (0,)))
    name = f"{scenario.__name__:<18}{rows:>6}{noise:>7.0%}"
    return f"{name}{first:>8.0%}{three:>8.0%}{none:>8.0%}{batch:>7}{np.mean(posteriors):>11.2f}"


def main(argv: Sequence[str] | None = None) -> None:
    """Print first-rank shares for every scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--operators", type=int, default=60)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows", type=int, nargs="*", default=[100, 30])
    parser.add_argument("--noise", type=float, nargs="*", default=[0.1])
    args = parser.parse_args(argv)
    started = time.perf_counter()
    print(f"{args.customers:,} customers, {args.operators} operators, {args.days} days, {args.runs} worlds")
    print(f"{'scenario':<18}{'rows':>6}{'noise':>7}{'first':>8}{'top 3':>8}{'none':>8}{'batch':>7}{'posterior':>11}")
    worlds = [make_world(args.customers, args.operators, args.days, seed) for seed in range(args.runs)]
    for scenario in SCENARIOS:
        for rows in args.rows:
            for noise in args.noise:
                print(run(scenario, worlds, rows, noise), flush=True)
    print(f"{time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()

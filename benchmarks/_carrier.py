"""A made-up carrier with its operators at work, and culprits planted in it; see `benchmarks.root_cause`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from root_cause.ranking import Leak, Touches
from root_cause.terms import ACTION_ODDS

if TYPE_CHECKING:
    from collections.abc import Sequence

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
class CarrierWorld:
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


def make_world(customers: int, operators: int, days: int, seed: int) -> CarrierWorld:
    """Operators and supervisors of five regions at ordinary work, and a batch account."""
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0, 1, customers)
    world = CarrierWorld(customers, days, np.cumsum(weights) / weights.sum(), (), rng)
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


def pick(world: CarrierWorld, subjects: NDArray[np.uint64], rows: int) -> NDArray[np.uint64]:
    """Some of a set's customers."""
    distinct = np.unique(subjects)
    return world.rng.choice(distinct, min(rows, len(distinct)), replace=False)


def slow_drip(world: CarrierWorld, rows: int) -> Planted:
    """A worker at ordinary work, some of whose customers leak over the years."""
    culprit = world.work(CULPRIT, DAILY, 1)
    return [culprit], pick(world, culprit.subjects, rows)


def one_night(world: CarrierWorld, rows: int) -> Planted:
    """A worker who exports five thousand customers in one night; the leak is a part of them."""
    taken = world.rng.choice(world.customers, TAKEN, replace=False).astype(np.uint64)
    night = of_rows(CULPRIT, taken, np.full(TAKEN, world.days // 2), ACTION_ODDS["export"])
    return [joined(world.work(CULPRIT, DAILY, 1), night)], pick(world, taken, rows)


def one_region(world: CarrierWorld, rows: int) -> Planted:
    """The slow drip, of which only the customers of the culprit's region are sold."""
    culprit = world.work(CULPRIT, DAILY, 1)
    return [culprit], pick(world, culprit.subjects[culprit.subjects % REGIONS == 1], rows)


def supervisor(world: CarrierWorld, rows: int) -> Planted:
    """The culprit sees six times as many as others."""
    culprit = world.work(CULPRIT, DAILY * SUPERVISOR, 1)
    return [culprit], pick(world, culprit.subjects, rows)


def shared_account(world: CarrierWorld, rows: int) -> Planted:
    """An administrator's account that ten people use from their terminals; one of these takes what it sees in a month.

    Account and terminals are holders both; the terminal is the better answer.
    """
    everyone = [world.work(f"terminal-{i}", DAILY, i % REGIONS) for i in range(10)]
    month = everyone[0].days - FIRST_DAY < world.days // 12
    terminals = [replace(one, kind="terminal") for one in everyone]
    terminals[0] = replace(terminals[0], name=CULPRIT)
    account = replace(joined(*everyone), kind="account", name="admin")
    return [account, *terminals], pick(world, everyone[0].subjects[month], rows)


def two_culprits(world: CarrierWorld, rows: int) -> Planted:
    """Two workers at ordinary work, half of the leak from each."""
    pair = [world.work(CULPRIT, DAILY, 1), world.work(f"{CULPRIT}-2", DAILY, 2)]
    return pair, np.unique(np.concatenate([pick(world, one.subjects, rows // 2) for one in pair]))


def in_a_gap(world: CarrierWorld, rows: int) -> Planted:
    """The slow drip, and the logs of half of its days are missing."""
    culprit = world.work(CULPRIT, DAILY, 1)
    there = (culprit.days - FIRST_DAY) % 14 < 7  # noqa: PLR2004  # every other week
    seen = replace(culprit, subjects=culprit.subjects[there], days=culprit.days[there], odds=culprit.odds[there])
    return [seen], pick(world, culprit.subjects, rows)


def gone_in_a_gap(world: CarrierWorld, rows: int) -> Planted:
    """The slow drip of somebody whose records are missing altogether: no trail can name him."""
    return [], pick(world, world.work(CULPRIT, DAILY, 1).subjects, rows)


def team(world: CarrierWorld, rows: int) -> Planted:
    """Two people who open every customer together: no record can separate them."""
    one = world.work(CULPRIT, DAILY, 1)
    return [one, replace(one, name=f"{CULPRIT}-twin")], pick(world, one.subjects, rows)


def nobody(world: CarrierWorld, rows: int) -> Planted:
    """The leak came from elsewhere, any customers alike."""
    return [], world.rng.choice(world.customers, rows, replace=False).astype(np.uint64)


def nobody_callers(world: CarrierWorld, rows: int) -> Planted:
    """The leak came from elsewhere, and holds those more often who call more often."""
    return [], pick(world, world.draw(2 * rows, None), rows)


def nobody_region(world: CarrierWorld, rows: int) -> Planted:
    """The leak came from elsewhere, one region only."""
    return [], (world.rng.choice(world.customers // REGIONS, rows, replace=False) * REGIONS + 1).astype(np.uint64)


def leak_of(world: CarrierWorld, taken: NDArray[np.uint64], noise: float, touches: Sequence[Touches]) -> Leak:
    """The taken customers, a share of them replaced by others."""
    others = world.rng.integers(0, world.customers, round(len(taken) * noise)).astype(np.uint64)
    subjects = np.unique(np.concatenate([world.rng.permutation(taken)[: len(taken) - len(others)], others]))
    by = np.zeros(world.customers)
    for one in touches:
        by[np.unique(one.subjects).astype(np.int64)] += 1
    return Leak(
        subjects, np.full(len(subjects), 0.98), world.customers, FIRST_DAY + world.days,
        touched_by=by[subjects.astype(np.int64)], pairs=float(by.sum()),
    )  # fmt: skip


CULPRITS = (slow_drip, one_night, one_region, supervisor, shared_account, two_culprits, in_a_gap)
"""The culprit should come first."""
INSEPARABLE = (team,)
"""The culprit should come first and be tied with another."""
ELSEWHERE = (gone_in_a_gap, nobody, nobody_callers, nobody_region)
"""None of these should come first."""

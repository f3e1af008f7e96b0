"""Made-up carriers of many builds with their logs and a leak: numbers alone, nothing of the program that judges them.

A world is drawn from its seed: how many customers, operators and days, how customers are shared out (regions, teams,
frequent callers), what batch accounts do at night, who took what and what of it leaked. `Shape` is what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Taking = Callable[["Builder"], Ints]

CULPRIT: Final = "op-culprit"
BATCH: Final = "svc-"
"""How the names of batch accounts begin."""
WEEK: Final = 7
VIEW, EXPORT = 0, 1
AT_NIGHT: Final = 2 * 3600
AT_NINE: Final = 9 * 3600
SHIFT_S: Final = 8 * 3600
OWN_SHARE: Final = 0.8
"""Of what a worker opens, so much belongs to his region or team."""


@dataclass(frozen=True)
class AccessRow:
    """Columns of a log: who (by number in ``names``), what, which customer, on which day and second."""

    who: Ints
    action: Ints
    customer: Ints
    day: Ints
    second: Ints

    def __len__(self) -> int:
        """How many accesses."""
        return len(self.who)


@dataclass(frozen=True)
class HeldOutWorld:
    """A carrier with its log, which customers leaked on day ``days``, and who took them, if anybody did."""

    shape: str
    customers: int
    days: int
    names: tuple[str, ...]
    log: AccessRow
    leaked: Ints
    culprit: str | None


class Builder:
    """One world in the making."""

    def __init__(self, seed: int, rows: int, noise: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.rows, self.noise = rows, noise
        self.customers = int(np.exp(self.rng.uniform(np.log(2_000), np.log(20_000))))
        self.operators = int(self.rng.integers(12, 50))
        self.days = int(self.rng.integers(90, 260))
        self.regions = int(self.rng.integers(3, 9))
        self.rate = float(self.rng.uniform(4, 14))
        self.calls = self.rng.lognormal(0, self.rng.uniform(0.2, 1.2), self.customers)
        self.names: list[str] = []
        self.parts: list[AccessRow] = []

    def region(self, number: int) -> Ints:
        """The customers of a region: stripes, so that numbers say nothing."""
        return np.arange(number % self.regions, self.customers, self.regions)

    def callers(self, count: int, among: Ints | None = None) -> Ints:
        """Customers as they call."""
        pool = np.arange(self.customers) if among is None else among
        weight = self.calls[pool]
        return self.rng.choice(pool, count, p=weight / weight.sum())

    def add(self, name: str, customers: Ints, days: Ints, action: int = VIEW, begin: int = AT_NINE) -> None:
        """Accesses of one name."""
        if name not in self.names:
            self.names.append(name)
        count, who = len(customers), self.names.index(name)
        second = begin + self.rng.integers(0, SHIFT_S if begin == AT_NINE else 3600, count)
        self.parts.append(AccessRow(np.full(count, who), np.full(count, action), customers, days, second))

    def work(self, name: str, rate: float, own: Ints | None) -> Ints:
        """Ordinary days of a worker, five a week; what he opened."""
        counts = self.rng.poisson(rate, self.days)
        counts[np.arange(self.days) % WEEK >= WEEK - 2] = 0
        total = int(counts.sum())
        seen = self.callers(total)
        if own is not None:
            mine = self.rng.random(total) < OWN_SHARE
            seen = np.where(mine, self.callers(total, own), seen)
        self.add(name, seen, np.repeat(np.arange(self.days), counts))
        return np.unique(seen)

    def colleagues(self, *, regional: bool) -> None:
        """Everybody else at work."""
        for number in range(self.operators):
            own = self.region(number) if regional else None
            self.work(f"op-{number:03d}", self.rate * self.rng.uniform(0.4, 2.5), own)

    def batches(self) -> None:
        """Accounts that read at night: everybody, another part each night, or a part that is always the same."""
        habit = self.rng.integers(0, 4)
        nights = np.arange(0, self.days, int(self.rng.choice([1, 7, 30])))
        always = self.rng.permutation(self.customers)[: round(self.customers * self.rng.uniform(0.6, 0.95))]
        for night in nights.tolist() if habit else [self.days - 2]:
            share = 1.0 if habit <= 1 else self.rng.uniform(0.05, 0.3)
            read = always if habit == 3 else self.rng.permutation(self.customers)[: round(self.customers * share)]  # noqa: PLR2004
            self.add(f"{BATCH}nightly", read, np.full(len(read), night), begin=AT_NIGHT)

    def night(self, customers: Ints, nights: int = 1) -> Ints:
        """The culprit takes customers out in so many nights, one after the other."""
        first = int(self.rng.integers(self.days // 3, self.days - nights - 1))
        day = first + np.arange(len(customers)) * nights // max(len(customers), 1)
        self.add(CULPRIT, customers, day, EXPORT if self.rng.random() < 0.5 else VIEW, AT_NIGHT)  # noqa: PLR2004
        return customers

    def some(self, customers: Ints, count: int) -> Ints:
        """A random part, at most all of it."""
        return self.rng.choice(customers, min(count, len(customers)), replace=False)

    def leak(self, taken: Ints) -> Ints:
        """What of it leaks, a share of it replaced by anybody."""
        strangers = self.rng.choice(self.customers, round(self.rows * self.noise), replace=False)
        return np.unique(np.concatenate([self.some(taken, self.rows - len(strangers)), strangers]))


def slow_drip(make: Builder) -> Ints:
    """What a worker opened in the course of ordinary work."""
    make.colleagues(regional=False)
    return make.work(CULPRIT, make.rate, None)


def regional_drip(make: Builder) -> Ints:
    """The same where work is by region."""
    make.colleagues(regional=True)
    return make.work(CULPRIT, make.rate, make.region(1))


def one_night(make: Builder) -> Ints:
    """A tenth to a quarter of all customers in one night, beside ordinary work."""
    make.colleagues(regional=True)
    make.work(CULPRIT, make.rate, make.region(1))
    everybody = np.arange(make.customers)
    return make.night(make.some(everybody, round(make.customers * make.rng.uniform(0.1, 0.25))))


def whole_region(make: Builder) -> Ints:
    """Nearly all customers of one's own region, in one to three nights."""
    make.colleagues(regional=True)
    make.work(CULPRIT, make.rate, make.region(1))
    own = make.region(1)
    return make.night(make.some(own, round(len(own) * make.rng.uniform(0.85, 1.0))), int(make.rng.integers(1, 4)))


def large_region(make: Builder) -> Ints:
    """Two or three regions only; half of the culprit's is copied over some nights."""
    make.regions = int(make.rng.integers(2, 4))
    make.colleagues(regional=True)
    make.work(CULPRIT, make.rate, make.region(1))
    own = make.region(1)
    return make.night(make.some(own, round(len(own) * make.rng.uniform(0.4, 0.7))), int(make.rng.integers(1, 6)))


def team(make: Builder) -> Ints:
    """Teams of five that open the same few customers again and again; one of a team takes what he saw."""
    make.colleagues(regional=False)
    lists = np.array_split(make.rng.permutation(make.customers), max(4, make.customers // 1500))
    for number, own in enumerate(lists[:6]):
        for member in range(4):
            make.work(f"team-{number}-{member}", make.rate, own)
    return make.work(CULPRIT, make.rate, lists[0])


def administrator(make: Builder) -> Ints:
    """An administrator whose honest work covers most of the base, and who takes a part of it one night."""
    make.colleagues(regional=True)
    everybody = np.arange(make.customers)
    honest = make.some(everybody, round(make.customers * make.rng.uniform(0.55, 0.95)))
    make.add(CULPRIT, honest, np.sort(make.rng.integers(0, make.days, len(honest))))
    return make.night(make.some(everybody, round(make.customers * make.rng.uniform(0.05, 0.2))))


def beside_administrators(make: Builder) -> Ints:
    """A worker takes what he saw, beside two administrators who see most of the base in the course of their work."""
    for name in ("admin-1", "admin-2"):
        honest = make.callers(round(make.customers * make.rng.uniform(1.0, 3.0)))
        make.add(name, honest, np.sort(make.rng.integers(0, make.days, len(honest))))
    make.colleagues(regional=False)
    return make.work(CULPRIT, make.rate, None)


def fifth_of_all(make: Builder) -> Ints:
    """A worker whose ordinary work reached a fifth of the carrier's customers."""
    make.customers = 8_000
    make.calls = make.calls[:1].repeat(make.customers) * make.rng.lognormal(0, 0.5, make.customers)
    make.colleagues(regional=False)
    seen = make.some(np.arange(make.customers), 1_608)
    make.add(CULPRIT, seen, np.sort(make.rng.integers(0, make.days, len(seen))))
    return seen


def half_of_all(make: Builder) -> Ints:
    """Two regions only, and nearly all of one copied in a night."""
    make.regions = 2
    make.colleagues(regional=True)
    own = make.region(1)
    return make.night(make.some(own, round(len(own) * make.rng.uniform(0.85, 1.0))))


def small_carrier(make: Builder) -> Ints:
    """So few customers that a worker's ordinary work reaches most of them in the course of time."""
    make.customers = 2_000
    make.calls = (
        make.calls[: make.customers] if len(make.calls) >= make.customers else make.rng.lognormal(0, 0.5, 2_000)
    )
    make.operators, make.days = min(make.operators, 20), 180
    make.colleagues(regional=False)
    return make.work(CULPRIT, 12.0, None)


def from_elsewhere(make: Builder) -> Ints:
    """Anybody: no record has to do with it."""
    make.colleagues(regional=True)
    return np.arange(make.customers)


def callers_elsewhere(make: Builder) -> Ints:
    """From elsewhere, of those more who call more."""
    make.colleagues(regional=False)
    return np.unique(make.callers(3 * make.rows))


def region_elsewhere(make: Builder) -> Ints:
    """From elsewhere, customers of one region."""
    make.colleagues(regional=True)
    return make.region(2)


TAKEN: Final[tuple[Taking, ...]] = (
    slow_drip, regional_drip, one_night, whole_region, large_region, team, administrator, beside_administrators,
    fifth_of_all, half_of_all, small_carrier,
)  # fmt: skip
"""Shapes with a culprit."""
ELSEWHERE: Final[tuple[Taking, ...]] = (from_elsewhere, callers_elsewhere, region_elsewhere)
"""Shapes that no record explains."""


def make_world(shape: Taking, seed: int, rows: int = 100, noise: float = 0.05) -> HeldOutWorld:
    """The world of a seed."""
    make = Builder(seed, rows, noise)
    taken = shape(make)
    make.batches()
    log = AccessRow(
        *(np.concatenate([getattr(part, name) for part in make.parts]) for name in AccessRow.__annotations__)
    )
    culprit = None if shape in ELSEWHERE else CULPRIT
    return HeldOutWorld(shape.__name__, make.customers, make.days, tuple(make.names), log, make.leak(taken), culprit)

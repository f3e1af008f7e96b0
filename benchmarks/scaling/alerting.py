"""From posting to alert, by simulation: the wait for the next sweep, the sweep, judging, the message; hosts fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.scaling.model import demand
from benchmarks.scaling.queues import Hosts, poisson, serve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.scaling.model import Load, Machines, UnitCosts
    from benchmarks.scaling.queues import Run

FAILS_EVERY_S: Final = 30 * 86_400.0
"""Mean time between failures of a host: assumed, a month."""
REPAIR_S: Final = 1_800.0
"""Assumed: half an hour until a host is back."""
LEASE_S: Final = 120.0
"""`[scheduler] lease_s`: when a dead host's work goes to another."""
SPREAD: Final = 1.0
"""Of the logarithm of what an ordinary document takes: assumed."""
MINUTE_S: Final = 60.0
SWEEPS_A_CORE: Final = 2
"""At once: a sweep mostly waits for its site."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """Seconds from posting to alert, and two parts of it; how many jobs had to begin anew."""

    total_s: NDArray[np.float64]
    sweeping_s: NDArray[np.float64]
    judging_s: NDArray[np.float64]
    repeated: int


def simulate(load: Load, units: UnitCosts, machines: Machines, *, seconds: float, seed: int) -> Alerting:
    """Simulate so many seconds of sweeping and judging."""
    draw = np.random.default_rng(seed)
    wanted = demand(load, units)
    crawl = Hosts(machines.crawl.hosts, machines.crawl.cores * SWEEPS_A_CORE, FAILS_EVERY_S, REPAIR_S, LEASE_S)
    begun = poisson(wanted.sweeps_s, seconds, draw)
    length = units.sweep_core_s + draw.poisson(load.requests_sweep, len(begun)) * load.delay_s
    sweeps = serve(begun, length.astype(np.float64), crawl, draw)
    count = int(draw.poisson(wanted.captures_s * seconds))
    found = draw.integers(0, len(begun), count)  # which sweep saw it
    waited = draw.random(count) * load.every_s  # posted some time before that sweep began
    seen = sweeps.done[found]
    order = np.argsort(seen)
    judged = judge(seen[order], load, units, machines, draw)
    total = waited[order] + (seen - begun[found])[order] + judged.times + units.alert_s
    return Alerting(total, (seen - begun[found]), judged.times, sweeps.repeated + judged.repeated)


def judge(
    arrived: NDArray[np.float64],
    load: Load,
    units: UnitCosts,
    machines: Machines,
    draw: np.random.Generator,
    closed: float = 0.0,
) -> Run:
    """Judge documents as they come: most of them ordinary, a few of them long lists."""
    hosts = Hosts(machines.match.hosts, machines.match.cores, FAILS_EVERY_S, REPAIR_S, LEASE_S)
    ordinary = draw.lognormal(np.log(units.judging_core_s) - SPREAD**2 / 2, SPREAD, len(arrived))
    lists = draw.random(len(arrived)) < load.dumps_share
    return serve(
        arrived, np.where(lists, draw.exponential(units.dump_core_s, len(arrived)), ordinary), hosts, draw, closed
    )


def drained_s(load: Load, units: UnitCosts, machines: Machines, *, outage_s: float, seed: int) -> float:
    """Seconds from the end of an outage of all judging until a new document is done within a minute again."""
    draw = np.random.default_rng(seed)
    arrived = poisson(demand(load, units).captures_s, outage_s * 3, draw)
    run = judge(arrived, load, units, machines, draw, closed=outage_s)
    again = arrived[(arrived > outage_s) & (run.times < MINUTE_S)]
    return float(again.min() - outage_s) if len(again) else float("inf")

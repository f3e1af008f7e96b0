"""A queue with many servers on hosts that fail, one arrival after another: first come, first served.

A job whose host fails begins anew once its lease has run out, as the program's own jobs do; the host comes back after
its repair. With servers that never fail it is a G/G/k queue, whose waits are known from theory for simple cases.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Equal hosts; times in seconds.

    Attributes:
        count: Of them.
        servers: On each: jobs at once.
        between_failures_s: Mean time until a host fails; 0 for never.
        repair_s: How long it is gone.
        lease_s: When its jobs go to another.
    """

    count: int
    servers: int
    between_failures_s: float = 0.0
    repair_s: float = 0.0
    lease_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it: when each job arrived and was done, and how often one had to begin anew."""

    arrived: Floats
    done: Floats
    repeated: int

    @property
    def times(self) -> Floats:
        """How long each job was in the system, in seconds."""
        return self.done - self.arrived


def failures(hosts: Hosts, until: float, draw: np.random.Generator) -> list[Floats]:
    """When each host fails, in order."""
    if not hosts.between_failures_s:
        return [np.empty(0) for _ in range(hosts.count)]
    most = int(2 * until / hosts.between_failures_s) + 10
    gaps = draw.exponential(hosts.between_failures_s, (hosts.count, most)) + hosts.repair_s
    return [np.cumsum(row) for row in gaps]


def serve(arrived: Floats, service: Floats, hosts: Hosts, draw: np.random.Generator, closed: float = 0.0) -> Run:
    """Serve jobs in the order in which they came.

    Args:
        arrived: When each came, ascending.
        service: How long each takes.
        hosts: Who serves.
        draw: Of the failures.
        closed: Until when nobody serves: an outage of everything.
    """
    broken = failures(hosts, float(arrived[-1]) * 2 + float(service.sum()), draw)
    passed = [0] * hosts.count
    free = [(closed, host) for host in range(hosts.count) for _ in range(hosts.servers)]
    heapq.heapify(free)
    waiting = list(zip(arrived.tolist(), range(len(arrived)), strict=True))
    lengths, done, repeated = service.tolist(), np.zeros(len(arrived)), 0
    while waiting:
        ready, job = heapq.heappop(waiting)
        start, host = _next_server(free, broken, passed, ready, hosts.repair_s)
        failing = _next_failure(broken[host], passed, host, start)
        end = start + lengths[job]
        if end <= failing:
            done[job] = end
            heapq.heappush(free, (end, host))
        else:
            repeated += 1
            heapq.heappush(waiting, (failing + hosts.lease_s, job))
            heapq.heappush(free, (failing + hosts.repair_s, host))
    return Run(arrived, done, repeated)


def _next_server(
    free: list[tuple[float, int]], broken: list[Floats], passed: list[int], ready: float, repair_s: float
) -> tuple[float, int]:
    """The first server that is free and whose host is up, and when it begins."""
    while True:
        at, host = heapq.heappop(free)
        start = max(at, ready)
        _next_failure(broken[host], passed, host, start)
        last = passed[host] - 1
        back = float(broken[host][last]) + repair_s if last >= 0 else 0.0
        if back <= start:
            return start, host
        heapq.heappush(free, (back, host))  # it is down just now: somebody else may be up


def _next_failure(times: Floats, passed: list[int], host: int, now: float) -> float:
    """When a host fails next. Beginnings only go on in time, but for a job that waits for a lease."""
    while passed[host] < len(times) and times[passed[host]] <= now:
        passed[host] += 1
    return float(times[passed[host]]) if passed[host] < len(times) else float("inf")


def poisson(rate_s: float, seconds: float, draw: np.random.Generator) -> Floats:
    """Arrivals that know nothing of each other."""
    count = int(draw.poisson(rate_s * seconds))
    return np.sort(draw.random(count)) * seconds


def in_system(run: Run, until: float) -> float:
    """Mean number of jobs in the system up to a moment: the L of Little's law."""
    return float((np.minimum(run.done, until) - np.minimum(run.arrived, until)).sum() / until)

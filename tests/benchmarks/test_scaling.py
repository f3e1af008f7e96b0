"""The simulation agrees with what theory knows, and the arithmetic with itself."""

from __future__ import annotations

import math
from dataclasses import replace
from math import factorial

import numpy as np
import pytest

from benchmarks.scale import DOUBLED, breaks_at
from benchmarks.scaling.alerting import drained_s, simulate
from benchmarks.scaling.model import HostKind, Load, Machines, demand, read_units, rescan_s, used
from benchmarks.scaling.queues import Hosts, in_system, poisson, serve

SECONDS = 200_000.0


def erlang_wait_s(rate_s: float, mean_s: float, servers: int) -> float:
    """Mean wait in an M/M/k queue (Erlang's C)."""
    offered = rate_s * mean_s
    busy = offered**servers / factorial(servers) * servers / (servers - offered)
    waits = busy / (sum(offered**n / factorial(n) for n in range(servers)) + busy)
    return waits * mean_s / (servers - offered)


@pytest.mark.parametrize(("hosts", "servers"), [(1, 1), (2, 2), (1, 6), (3, 2)])
def test_waits_are_those_of_erlang(hosts: int, servers: int) -> None:
    draw, k = np.random.default_rng(7), hosts * servers
    arrived = poisson(0.8 * k, SECONDS / k, draw)
    service = draw.exponential(1.0, len(arrived))
    run = serve(arrived, service, Hosts(hosts, servers), draw)
    assert (run.times - service).mean() == pytest.approx(erlang_wait_s(0.8 * k, 1.0, k), rel=0.1)


def test_waits_of_one_server_are_those_of_pollaczek_and_khinchine() -> None:
    draw = np.random.default_rng(11)
    arrived = poisson(0.5, SECONDS * 4, draw)
    service = draw.lognormal(-0.5, 1.0, len(arrived))  # mean 1, mean of squares e
    run = serve(arrived, service, Hosts(1, 1), draw)
    assert (run.times - service).mean() == pytest.approx(0.5 * math.e / (2 * (1 - 0.5)), rel=0.1)


def test_littles_law_holds_with_hosts_that_fail() -> None:
    draw = np.random.default_rng(3)
    arrived = poisson(2.0, SECONDS, draw)
    run = serve(arrived, draw.exponential(1.0, len(arrived)), Hosts(3, 2, 5_000, 600, 30), draw)
    assert run.repeated > 0
    assert in_system(run, SECONDS) == pytest.approx(len(arrived) / SECONDS * run.times.mean(), rel=0.02)


def test_a_host_that_fails_serves_its_share_of_the_time_alone() -> None:
    draw = np.random.default_rng(5)
    arrived = np.zeros(200_000)  # all there from the beginning: the server is never idle
    run = serve(arrived, np.full(200_000, 1.0), Hosts(1, 1, 900, 100, 0), draw)
    assert len(arrived) / run.done.max() == pytest.approx(0.9, rel=0.03)


def test_every_job_is_done_after_its_own_length_at_least() -> None:
    draw = np.random.default_rng(9)
    arrived = poisson(1.0, 20_000, draw)
    service = draw.exponential(1.0, len(arrived))
    run = serve(arrived, service, Hosts(2, 2, 500, 50, 20), draw)
    assert (run.times >= service - 1e-6).all()


def test_the_same_seed_tells_the_same() -> None:
    first, second = (simulate(Load(), read_units(), Machines(), seconds=1_800, seed=4) for _ in range(2))
    assert (first.total_s == second.total_s).all()


def test_a_backlog_drains_in_the_time_that_its_share_says() -> None:
    units, load = read_units(), Load(dumps_share=0.0)
    busy = demand(load, units).judging_core_s
    machines = replace(Machines(), match=HostKind(1, 1, 128, 1))
    assert drained_s(load, units, machines, outage_s=36_000, seed=1) == pytest.approx(
        36_000 * busy / (1 - busy), rel=0.1
    )


def test_more_of_anything_takes_no_less_of_any_limit() -> None:
    units, machines = read_units(), Machines()
    now = used(Load(), units, machines)
    for name in DOUBLED:
        then = used(replace(Load(), **{name: getattr(Load(), name) * 2}), units, machines)
        assert all(then[limit] >= share for limit, share in now.items())


@pytest.mark.parametrize("name", DOUBLED)
def test_what_breaks_breaks_there(name: str) -> None:
    units, machines = read_units(), Machines()
    times, first = breaks_at(Load(), units, machines, name)
    just = replace(Load(), **{name: getattr(Load(), name) * times * 1.001})
    assert used(just, units, machines)[first] == pytest.approx(1, rel=0.01)


def test_an_archive_is_never_read_anew_where_no_core_is_left() -> None:
    assert rescan_s(Load(), read_units(), replace(Machines(), match=HostKind(1, 0, 1, 1))) == float("inf")

"""How far it goes: a carrier of any size by arithmetic and simulation, from measured unit costs.

./run bench scale --help names what can be asked for.

Nothing here runs Hinomi at that size: queues and failing hosts are simulated, sums are multiplied out, and what the
unit costs stand on is in benchmarks/scaling/units.toml. ``--measure`` measures two of them anew, on this machine.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.scaling.alerting import drained_s, simulate
from benchmarks.scaling.measure import measured
from benchmarks.scaling.model import TB, Load, Machines, demand, read_units, rescan_s, used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.scaling.alerting import Alerting
    from benchmarks.scaling.model import UnitCosts

HOUR_S: Final = 3_600.0
PERCENTILES: Final = (50, 90, 99, 99.9)
OUTAGES_H: Final = (1, 8, 24)
DOUBLED: Final = ("customers", "sources", "archive_bytes", "access_records")


def main(arguments: Sequence[str]) -> int:
    """Print everything; 1 when a limit does not hold at the size that was asked for."""
    asked = _parser().parse_args(arguments)
    units, machines = read_units(), Machines()
    if asked.measure:
        units = _measured(units)
    load = Load(asked.customers, asked.sources, asked.archive_tb * TB, asked.records)
    _show_demand(load, units, machines, asked.price)
    shares = used(load, units, machines)
    held = max(shares.values()) <= 1
    if held:
        _show_times(load, units, machines, asked.hours, asked.seed)
    _show_limits(load, units, machines)
    return int(not held)


def _parser() -> argparse.ArgumentParser:
    usual = Load()
    parser = argparse.ArgumentParser(prog="scale", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=float, default=12)
    parser.add_argument("--price", type=float, default=1.0, help="of a host and hour")
    parser.add_argument("--customers", type=float, default=usual.customers)
    parser.add_argument("--sources", type=float, default=usual.sources)
    parser.add_argument("--archive-tb", type=float, default=usual.archive_bytes / TB)
    parser.add_argument("--records", type=float, default=usual.access_records)
    return parser


def _measured(units: UnitCosts) -> UnitCosts:
    found = measured()
    for name, value in found.items():
        print(f"measured now: {name} {value:.3f} (table: {getattr(units, name, 'none')})")
    return replace(units, judging_core_s=found["judging_core_s"], sweep_core_s=found["sweep_core_s"])


def _show_demand(load: Load, units: UnitCosts, machines: Machines, price: float) -> None:
    wanted = demand(load, units)
    print(f"arithmetic: {wanted.sweeps_s:.1f} sweeps/s, {wanted.sweeps_at_once:.0f} at once")
    print(f"  {wanted.captures_s:.1f} captures/s", end="")
    print(f", {wanted.captures / 1e6:,.0f} million kept; {wanted.network_mbit_s:.0f} Mbit/s from sites")
    print(f"  index {wanted.index_gb:,.1f} GB a host; access records {wanted.trail_gb:,.0f} GB", end="")
    print(f"; archive {load.archive_bytes / TB:g} TB")
    print(f"  {wanted.database_events_s:.1f} events/s; judging takes {wanted.judging_core_s:.2f} cores")
    for name, role in machines.roles().items():
        print(f"  {name}: {role.hosts} hosts of {role.cores} cores, {role.memory_gib:g} GiB, {role.disk_tb:g} TB")
    machine_hours = machines.hosts() * 24 * 30
    print(f"  {machines.hosts()} hosts, {machine_hours:,} machine-hours a month: {machine_hours * price:,.0f}")


def _show_times(load: Load, units: UnitCosts, machines: Machines, hours: float, seed: int) -> None:
    run = simulate(load, units, machines, seconds=hours * HOUR_S, seed=seed)
    print(f"simulated: {hours:g} hours, seed {seed}, {len(run.total_s):,} documents", end="")
    print(f", {run.repeated} jobs begun anew after a failure")
    for name, values in _parts(run).items():
        shown = ", ".join(
            f"{p:g} %: {value:,.1f} s" for p, value in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)
        )
        print(f"  {name}: {shown}")
    for outage in OUTAGES_H:
        drained = drained_s(load, units, machines, outage_s=outage * HOUR_S, seed=seed)
        print(f"  no judging for {outage} h: drained {drained / 60:.1f} minutes after it came back")
    print(f"arithmetic: the archive looked through anew in {rescan_s(load, units, machines) / 86_400:.1f} days")


def _parts(run: Alerting) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return {"posting to alert": run.total_s, "of it the sweep": run.sweeping_s, "of it judging": run.judging_s}


def _show_limits(load: Load, units: UnitCosts, machines: Machines) -> None:
    now = used(load, units, machines)
    print("what each limit is used to (above 100 % it does not hold):")
    for name, share in sorted(now.items(), key=lambda one: -one[1]):
        print(f"  {share:7.1%}  {name}")
    for name in DOUBLED:
        times, first = breaks_at(load, units, machines, name)
        print(f"{name}: breaks first at {times:.2g} times as many: {first}")


def breaks_at(load: Load, units: UnitCosts, machines: Machines, name: str) -> tuple[float, str]:
    """How many times as much of one number the machines bear, and what does not hold beyond; all else as it is."""
    low, high = 0.0, 1.0
    while max(used(_times(load, name, high), units, machines).values()) <= 1:
        low, high = high, high * 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if max(used(_times(load, name, middle), units, machines).values()) <= 1 else (low, middle)
        )
    beyond = used(_times(load, name, high), units, machines)
    return low, max(beyond, key=lambda one: beyond[one])


def _times(load: Load, name: str, times: float) -> Load:
    return replace(load, **{name: getattr(load, name) * times})

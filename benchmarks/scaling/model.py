"""The arithmetic: what a load asks of machines, from unit costs; nothing is drawn by lot here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

UNITS: Final = Path(__file__).parent / "units.toml"
DAY_S: Final = 86_400.0
GB: Final = 1e9
TB: Final = 1e12


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Unit costs (`units.toml` says where each comes from)."""

    enrolment_rows_s: float
    index_bytes_customer: float
    judging_core_s: float
    dump_core_s: float
    sweep_core_s: float
    sweep_memory_mib: float
    capture_bytes: float
    page_bytes: float
    trail_bytes_record: float
    trail_records_s: float
    cause_core_s_record: float
    database_events_s: float
    alert_s: float


def read_units() -> UnitCosts:
    """The table as it stands."""
    table = tomllib.loads(UNITS.read_text(encoding="utf-8"))
    return UnitCosts(**{one.name: float(table[one.name]["value"]) for one in fields(UnitCosts)})


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for. The archive is what its captures come to over the days that it keeps."""

    customers: float = 100e6
    sources: float = 10_000
    archive_bytes: float = 10 * TB
    access_records: float = 10e9
    every_s: float = 900
    keep_days: float = 1095
    requests_sweep: float = 3
    delay_s: float = 2.0
    dumps_share: float = 1e-4
    events_document: float = 3
    trail_years: float = 10


@dataclass(frozen=True, slots=True)
class HostKind:
    """Machines of one kind."""

    hosts: int
    cores: int
    memory_gib: float
    disk_tb: float


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines by role; what they cost is a price an hour and host."""

    crawl: HostKind = field(default_factory=lambda: HostKind(6, 16, 32, 0.5))
    match: HostKind = field(default_factory=lambda: HostKind(3, 16, 128, 1))
    store: HostKind = field(default_factory=lambda: HostKind(2, 8, 64, 24))
    database: HostKind = field(default_factory=lambda: HostKind(2, 16, 128, 4))
    trails: HostKind = field(default_factory=lambda: HostKind(1, 16, 64, 2))

    def roles(self) -> dict[str, HostKind]:
        """Each role by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def hosts(self) -> int:
        """All hosts together."""
        return sum(role.hosts for role in self.roles().values())


@dataclass(frozen=True, slots=True)
class Demand:
    """What a load comes to, in the units of the names."""

    sweeps_s: float
    captures_s: float
    sweep_s: float
    sweeps_at_once: float
    judging_core_s: float
    index_gb: float
    captures: float
    network_mbit_s: float
    trail_gb: float
    database_events_s: float


def demand(load: Load, units: UnitCosts) -> Demand:
    """The arithmetic of a load."""
    sweeps_s = load.sources / load.every_s
    captures = load.archive_bytes / units.capture_bytes
    captures_s = captures / (load.keep_days * DAY_S)
    sweep_s = units.sweep_core_s + load.requests_sweep * load.delay_s
    mean = (1 - load.dumps_share) * units.judging_core_s + load.dumps_share * units.dump_core_s
    requests_s = sweeps_s * load.requests_sweep + captures_s
    return Demand(
        sweeps_s=sweeps_s,
        captures_s=captures_s,
        sweep_s=sweep_s,
        sweeps_at_once=sweeps_s * sweep_s,
        judging_core_s=captures_s * mean,
        index_gb=load.customers * units.index_bytes_customer / GB,
        captures=captures,
        network_mbit_s=requests_s * units.page_bytes * 8 / 1e6,
        trail_gb=load.access_records * units.trail_bytes_record / GB,
        database_events_s=captures_s * load.events_document + sweeps_s,
    )


def used(load: Load, units: UnitCosts, machines: Machines) -> dict[str, float]:
    """The share of each limit that a load takes: what is above 1 does not hold. Needs no luck, and sees no queue."""
    wanted = demand(load, units)
    crawl, match, trails = machines.crawl, machines.match, machines.trails
    return {
        "crawl: cores": wanted.sweeps_s * units.sweep_core_s / (crawl.hosts * crawl.cores),
        "crawl: memory": wanted.sweeps_at_once * units.sweep_memory_mib / 1024 / (crawl.hosts * crawl.memory_gib),
        "match: cores": wanted.judging_core_s / (match.hosts * match.cores),
        "match: memory for the index, each host": wanted.index_gb * GB / 2**30 / match.memory_gib,
        "match: disk for two generations": 2 * wanted.index_gb / 1000 / match.disk_tb,
        "store: disk, each a whole copy": load.archive_bytes / TB / machines.store.disk_tb,
        "database: events through one writer": wanted.database_events_s / units.database_events_s,
        "trails: disk": wanted.trail_gb / 1000 / (trails.hosts * trails.disk_tb),
        "trails: a year's import in a day": load.access_records
        / load.trail_years
        / units.trail_records_s
        / (DAY_S * trails.hosts),
        "trails: a question to all records in 10 minutes": load.access_records * units.cause_core_s_record / 600,
        "match: the whole archive anew in 30 days": rescan_s(load, units, machines) / (30 * DAY_S),
        "match: an enrolment of everybody in 8 hours": load.customers / units.enrolment_rows_s / (8 * 3600),
    }


def rescan_s(load: Load, units: UnitCosts, machines: Machines, share: float = 1.0) -> float:
    """Seconds until the archive was looked through anew, by what is left of the cores of the role ``match``."""
    wanted = demand(load, units)
    idle = machines.match.hosts * machines.match.cores - wanted.judging_core_s
    if idle <= 0:
        return float("inf")
    mean = wanted.judging_core_s / wanted.captures_s
    return share * wanted.captures * mean / idle

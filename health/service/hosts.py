"""The machines: which live, whether each part of the service has one, and whether they agree on time and version."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.hosts.beats import list_hosts, missing_roles
from core.hosts.clock import shared_now
from health.interface import Diagnosis
from migrations import newest_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from core.hosts.beats import HostRow
    from home import Home

APART_MS: Final = 2000
"""Leases do not mind; the times that events are told with do."""
RETIRED: Final = timedelta(days=1)
"""After which one whose work others do is rather switched off than broken."""


def look_at_hosts(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """What their signs of life say; a stopped service leaves none, and that is no fault."""
    with home.database.read() as session:
        hosts, now = list_hosts(session), shared_now(session, home.clock)
    if not hosts:
        yield Diagnosis("note", "hosts", "none")
        return
    living = [host for host in hosts if not host.is_silent(now)]
    held = {role for host in living for role in host.roles}
    for host in hosts:
        if now - host.seen_at > RETIRED and held.issuperset(host.roles):
            yield Diagnosis("note", "hosts", "retired", _values(host))
        else:
            yield from _look_at(host, now)
    if living and (lacking := missing_roles(living, now)):
        yield Diagnosis("bad", "hosts", "lacking", {"roles": ", ".join(lacking)})
    yield from _versions(living)


def _look_at(host: HostRow, now: datetime) -> Iterator[Diagnosis]:
    values = _values(host)
    if host.is_silent(now):
        yield Diagnosis("bad", "hosts", "silent", values)
        return
    yield Diagnosis("ok", "hosts", "lives", values)
    if abs(host.clock_ms) >= APART_MS:
        yield Diagnosis("bad", "hosts", "apart", {**values, "seconds": f"{host.clock_ms / 1000:+.1f}"})


def _values(host: HostRow) -> dict[str, str]:
    seen = f"{host.seen_at:%Y-%m-%d %H:%M}"
    return {"name": host.name, "roles": ", ".join(host.roles), "version": host.version, "at": seen}


def _versions(living: Sequence[HostRow]) -> Iterator[Diagnosis]:
    versions = sorted({host.version for host in living})
    if len(versions) > 1:
        yield Diagnosis("bad", "hosts", "versions", {"versions": ", ".join(versions)})
    if others := [host.name for host in living if host.schema != newest_step()]:
        yield Diagnosis("bad", "hosts", "schemas", {"names": ", ".join(others), "schema": newest_step()})

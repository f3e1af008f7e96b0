"""The whole examination: every look in its order, none stopped by what another one found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from health.access import look_at_access
from health.alerts import look_at_alerts
from health.archive import look_at_archive
from health.database import look_at_database
from health.deadlines import look_at_deadlines
from health.disk import look_at_disk
from health.files import look_at_files
from health.index import look_at_index
from health.interface import Diagnosis, failed
from health.key import look_at_key
from health.log import look_at_log
from health.processes import look_at_processes
from health.reports import look_at_reports
from health.service.backup import look_at_backup
from health.service.hosts import look_at_hosts
from health.sources import look_at_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from health.interface import Look
    from home import Home

LOOKS: Final[Mapping[str, Look]] = {
    "database": look_at_database,
    "hosts": look_at_hosts,
    "key": look_at_key,
    "index": look_at_index,
    "archive": look_at_archive,
    "sources": look_at_sources,
    "access": look_at_access,
    "alerts": look_at_alerts,
    "log": look_at_log,
    "deadlines": look_at_deadlines,
    "reports": look_at_reports,
    "disk": look_at_disk,
    "files": look_at_files,
    "backup": look_at_backup,
    "processes": look_at_processes,
}


def examine(home: Home, *, thorough: bool = True) -> Iterator[Diagnosis]:
    """What each look finds; without settings nothing else can be looked at.

    Args:
        home: What is looked at.
        thorough: Read whole files where that tells more, however long it takes.
    """
    try:
        yield Diagnosis("ok", "settings", "read", {"home": home.settings.home})
    except HinomiError as error:
        yield failed("settings", error)
        return
    for about, look in LOOKS.items():
        try:
            yield from look(home, thorough)
        except HinomiError as error:  # a finding like any other, and the other looks go on
            yield failed(about, error)

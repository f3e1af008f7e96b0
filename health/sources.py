"""The sources: whether they can be read, are swept, and may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.hosts.clock import shared_now
from crawler.conditions import ails
from crawler.health import cut_off_sweeps
from crawler.run import latest_sweep
from crawler.sources import survey_sources
from health.interface import Diagnosis, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.sources import Source
    from home import Home


def look_at_sources(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Every problem of the file, then source by source."""
    path = home.settings.sources_path
    found = survey_sources(path)
    for problem in found.problems:
        yield Diagnosis("bad", "sources", "broken", {"problem": problem, "file": path})
    if not found.sources:
        yield Diagnosis("note", "sources", "none", {"file": path})
    for source in found.sources.values():
        yield from _look_at(home, source)
    yield Diagnosis("ok", "sources", "read", {"count": len(found.sources)})
    if found.sources and not home.settings.crawler.contact:
        yield Diagnosis("note", "sources", "no_contact")


def _look_at(home: Home, source: Source) -> Iterator[Diagnosis]:
    last = latest_sweep(home.database, source.name)
    if last is not None and last.state == "failed":
        yield Diagnosis("note", "sources", "failed_sweep", {"name": source.name, "reason": last.reason})
    with home.database.read() as session:
        if last is not None and last.id in cut_off_sweeps(session, shared_now(session, home.clock)):
            yield Diagnosis("note", "sources", "cut_off", {"name": source.name})
        conditions = ails(source, session, home.clock.now())
    for condition in conditions:
        level: Level = "bad" if condition.alarms else "note"
        yield Diagnosis(level, "sources", "ails", {"name": source.name, "condition": condition})
    if not source.legal_basis:
        yield Diagnosis("note", "sources", "no_legal_basis", {"name": source.name})

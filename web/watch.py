"""Whether the watch is kept: sources with their sweeps, planned runs, alerts that did not go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.database import Database
    from core.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A job, when it is due, and the source it sweeps (empty for other jobs)."""

    job: str
    source: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class FailedAlert:
    """A message that was given up."""

    incident_id: int | None
    channel: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """The sources, or why there are none."""

    sources: tuple[object, ...]
    error: str = ""


def planned_runs(settings: Settings, database: Database, now: datetime) -> list[PlannedRun]:
    """What runs next, the next one first; nothing when the sources cannot be read."""
    return []


def watched_sources(settings: Settings, database: Database, runs: list[PlannedRun]) -> Watched:
    """Every source with its health."""
    return Watched(())


def latest_sweeps(session: Session) -> list[object]:
    """The latest sweeps of all sources, newest first."""
    return []


def failed_alerts(session: Session) -> list[FailedAlert]:
    """Messages that were given up."""
    return []

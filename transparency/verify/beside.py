"""What stands beside the entries: settings, the index, and whether heads were signed in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import func, select

from custody.register.index_states import IndexDamage, is_switching
from transparency.models import LogLeaf
from transparency.settings_record import find_changes, is_recorded
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.settings import Settings
    from transparency.verify.damage import Report
    from transparency.verify.known_heads import KnownHead


LookAtIndex: TypeAlias = "Callable[[Session, Path], Iterator[IndexDamage]]"
"""`custody.register.index_states.find_index_damage`, with the key or without."""


def compare_settings(session: Session, settings: Settings, report: Report) -> None:
    """Compare the files that decide with what was recorded of them."""
    if not is_recorded(session):
        report.notes.append("settings were never recorded: `hinomi init`, or `hinomi log settings`, does it")
        return
    for change in find_changes(session, settings):
        said = f"sha256 {change.sha256}, recorded was {change.recorded or 'nothing'}"
        report.add(Damage("settings-differ", str(settings.home / change.name), report.size, change.at, said))


def compare_index(session: Session, settings: Settings, report: Report, look: LookAtIndex) -> None:
    """Compare the index that serves with the one that was recorded last, file by file."""
    for damage in look(session, settings.index_dir):
        report.add(Damage(damage.what, damage.where, report.size, said=damage.said))
    if is_switching(session):
        report.notes.append(
            "a switch of the index began and did not end: the next enrolment, or `hinomi init`, ends it"
        )


def uncovered_since(session: Session, heads: Sequence[KnownHead], settings: Settings, clock: Clock) -> datetime | None:
    """When the oldest leaf without a head was made, if that is longer ago than heads are to be signed."""
    covered = max((known.size for known in heads), default=0)
    oldest: datetime | None = session.scalar(select(func.min(LogLeaf.at)).where(LogLeaf.position >= covered))
    is_late = oldest is not None and clock.now() - oldest > timedelta(hours=settings.log.head_every_h)
    return oldest if is_late else None

"""What the regular checks of the trails found, and what people decide about it; looking is on the record too.

Names are masked until somebody gives a reason for seeing them. Every run, look and decision is an event without an
incident, so that it can be searched and is part of the record like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actors import SYSTEM
from core.texts import load_texts
from custody.register.processors import tree
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.canaries import read_canaries
from fingerprints.secrets.digests import Digester
from incidents.errors import ForbiddenActionError, NoSuspicionError
from incidents.timeline.events import add_event
from root_cause.report import Masks
from trails.check_run import check_trails
from trails.models import TrailSuspicion
from trails.rules import Rules, read_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.database import Database
    from core.settings import Settings
    from fingerprints.secrets.keys import Key

OPEN, EXPLAINED, ESCALATED = "open", "explained", "escalated"
STATES: Final = (OPEN, EXPLAINED, ESCALATED)
DECISIONS: Final = {"explain": EXPLAINED, "escalate": ESCALATED}


@dataclass(frozen=True, slots=True)
class SuspicionView:
    """One suspicion as people see it; ``name`` is masked unless it was revealed."""

    id: int
    state: str
    system: str
    check: str
    kind: str
    name: str
    day: date
    measured: float
    usual: float
    detail: str
    sentence: str
    why: str
    reason: str
    actor: str
    found_at: datetime
    decided_at: datetime | None


def rules_of(settings: Settings, database: Database, key: Key | None) -> Rules:
    """What is allowed, from the settings, the file of accounts, the custody register and the planted records."""
    trails = settings.trails
    with database.read() as session:
        without = frozenset(branch.processor.name for branch in tree(session) if branch.lacks_consent)
    numbers = [one.number for one in read_canaries(settings.index_dir, key)] if key else []
    return Rules(
        work_from_hour=trails.work_from_hour,
        work_until_hour=trails.work_until_hour,
        accounts=read_accounts(settings.home / trails.accounts_file),
        without_consent=without,
        canaries=Digester(key).digest_many(NUMBER_KIND, numbers) if key else (),
        bulk=trails.bulk,
    )


def run_checks(
    settings: Settings,
    database: Database,
    key: Key | None,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    again: bool = False,
) -> list[int]:
    """Look at what was imported since the last time; the numbers of what was found and not known."""
    rules = rules_of(settings, database, key)
    found = check_trails(database, settings.trails_dir, rules, zone=settings.trail_zone, now=now, again=again)
    if found:
        with database.write() as session:
            add_event(session, "trails-checked", actor=actor, now=now, data={"found": len(found)})
    return found


def list_suspicions(
    session: Session, *, language: str, state: str | None = None, reveal: bool = False, ids: Sequence[int] | None = None
) -> list[SuspicionView]:
    """Suspicions, newest first."""
    asked = select(TrailSuspicion).order_by(TrailSuspicion.id.desc())
    asked = asked.where(TrailSuspicion.state == state) if state else asked
    asked = asked.where(TrailSuspicion.id.in_(ids)) if ids is not None else asked
    masks = Masks(reveal=reveal)
    return [_view(row, masks, language) for row in session.scalars(asked)]


def note_look(
    session: Session,
    shown: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    approved: Mapping[str, Any] | None = None,
) -> None:
    """Put on the record that somebody looked, and with a reason, that he saw names."""
    kind = "suspicions-revealed" if reason else "suspicions-viewed"
    add_event(session, kind, actor=actor, now=now, data={"shown": shown, "reason": reason, **(approved or {})})


def decide(session: Session, suspicion_id: int, decision: str, *, actor: Actor, now: datetime, reason: str) -> str:
    """Explain or escalate a suspicion; the state it led to.

    Raises:
        NoSuspicionError: There is none of that number.
        ForbiddenActionError: Without a reason, or it is in that state already.
    """
    row = session.get(TrailSuspicion, suspicion_id)
    if row is None:
        raise NoSuspicionError(suspicion_id)
    after = DECISIONS[decision]
    if not reason.strip():
        raise ForbiddenActionError(f"{decision}_no_reason", suspicion=suspicion_id)
    if row.state == after:
        raise ForbiddenActionError(f"already_{after}", suspicion=suspicion_id)
    row.state, row.reason, row.actor, row.decided_at = after, reason.strip(), actor.name, now
    data = {"suspicion": suspicion_id, "check": row.check, "reason": reason.strip()}
    add_event(session, f"suspicion-{after}", actor=actor, now=now, source=row.system, data=data)
    return after


def _view(row: TrailSuspicion, masks: Masks, language: str) -> SuspicionView:
    texts = load_texts("trails", language)
    name = masks(row.kind, row.name)
    sentence = texts(
        f"check.{row.check}", name=name, day=row.day.isoformat(), measured=f"{row.measured:,.0f}",
        usual=f"{row.usual:,.0f}", detail=row.detail,
    )  # fmt: skip
    return SuspicionView(
        row.id, row.state, row.system, row.check, row.kind, name, row.day, row.measured, row.usual, row.detail,
        sentence, texts(f"check.{row.check}_why"), row.reason, row.actor, row.found_at, row.decided_at,
    )  # fmt: skip

"""Forms of an incident's page: how grave it is, what it is one with or belongs to, its playbook, what is waived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.casework import closing, steering
from incidents.casework.following import choose_playbook
from incidents.casework.playbooks import load_playbooks
from incidents.errors import NoIncidentError
from incidents.ownership import ALL, is_of
from people.roles import Permission, is_bound_to_own
from web.access.guarded import Guarded
from web.recorded import by_now, record
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

LONGEST = 9  # digits of a row's number: see web.ids


def severity(request: Request) -> Response:
    """How grave it is."""
    form = form_of(request)

    def write(session: Session, incident_id: int) -> None:
        level, reason = form.get("level", ""), form.get("reason", "")
        steering.set_severity(session, incident_id, level, reason=reason, **by_now(request))

    return record(request, write, done=steering.SEVERITY_SET)


def merge(request: Request) -> Response:
    """Another incident is part of this one, or this one of another."""
    form = form_of(request)

    def write(session: Session, incident_id: int) -> None:
        pair = (incident_id, _other(request, session))
        into, other = pair if form.get("direction") != "into-other" else pair[::-1]
        steering.merge_by_hand(session, into, other, reason=form.get("reason", ""), **by_now(request))

    return record(request, write, done=steering.BY_HAND)


def split(request: Request) -> Response:
    """It is one of its own again."""
    reason = form_of(request).get("reason", "")

    def write(session: Session, incident_id: int) -> None:
        steering.split_by_hand(session, incident_id, reason=reason, **by_now(request))

    return record(request, write, done=steering.SPLIT)


def relate(request: Request) -> Response:
    """It belongs together with another one, or does not after all."""
    form = form_of(request)
    is_undone = form.get("do") == "undo"

    def write(session: Session, incident_id: int) -> None:
        doing = steering.unrelate if is_undone else steering.relate
        other = _other(request, session)
        doing(session, incident_id, other, reason=form.get("reason", ""), **by_now(request))

    return record(request, write, done=steering.UNRELATED if is_undone else steering.RELATED)


def playbook(request: Request) -> Response:
    """It follows another playbook."""
    form, shelf = form_of(request), load_playbooks(world_of(request).home.settings.home)

    def write(session: Session, incident_id: int) -> None:
        wanted, reason = form.get("playbook", ""), form.get("reason", "")
        choose_playbook(session, incident_id, wanted, reason=reason, shelf=shelf, **by_now(request))

    return record(request, write, done="playbook-set", place="#tasks")


def waive(request: Request) -> Response:
    """It may be closed without something."""
    form = form_of(request)

    def write(session: Session, incident_id: int) -> None:
        what, reason = form.get("what", ""), form.get("reason", "")
        closing.waive(session, incident_id, what, reason=reason, **by_now(request))

    return record(request, write, done=closing.WAIVE, place="#tasks")


def _other(request: Request, session: Session) -> int:
    """The other incident that a form names, if whoever asks may know of it."""
    given = form_of(request).get("other", "").strip().removeprefix("#")
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST):
        raise NoIncidentError(given[:LONGEST] or "–")
    other, actor = int(given), actor_of(request)
    is_bound = is_bound_to_own(actor, Permission.WORK_CASES) and ALL not in actor.extracts
    if is_bound and not is_of(session, other, actor.extracts):
        raise NoIncidentError(other)
    return other


AT = "/incidents/{incident_id:id}"
ROUTES = [
    Guarded(f"{AT}/severity", severity, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{AT}/merge", merge, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{AT}/split", split, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{AT}/relate", relate, methods=["POST"], needs=Permission.WORK_CASES),
    Guarded(f"{AT}/playbook", playbook, methods=["POST"], needs=Permission.STEER_CASES),
    Guarded(f"{AT}/waive", waive, methods=["POST"], needs=Permission.STEER_CASES),
]

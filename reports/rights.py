"""Who may write a report, approve it, file it: the form's approver, and never one of those who wrote it.

Where nobody else could approve (one person runs everything), they may themselves, and that they were alone stands in
the event; as with everything that takes a second person (`people.approvals`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.actors import Role
from core.database import serialise
from incidents.casework.standing import check_may_steer, check_may_work, whole
from incidents.ownership import is_of
from people.accounts import as_actor, list_accounts
from people.errors import NotAllowedError
from people.roles import TABLE, Permission, may
from reports.errors import ReportRightsError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from people.models import Account
    from reports.filling import ReportSubject
    from reports.forms.interface import Form
    from reports.models import ReportVersion

WRITE, FILE = "report-saved", "report-filed"
AS_ALONE: Final = {"alone": True}


def person(actor: Actor) -> str:
    """Who that is, for a list of writers: the account, or the name without one."""
    return f"#{actor.account}" if actor.account is not None else actor.name


def check_may_write(session: Session, about: ReportSubject, actor: Actor) -> None:
    """Let nobody write what is not theirs.

    Raises:
        NotAllowedError: They write no reports, or may not see quarters.
        IncidentError: The incident is none, part of another, or not theirs.
    """
    _needs(actor, Permission.WRITE_REPORTS)
    if about.incident_id is None:
        _needs(actor, Permission.SEE_QUARTERS)
        serialise(session, about.written)  # as `whole` does of an incident: one writes at a time
        return
    whole(session, about.incident_id)
    check_may_work(session, about.incident_id, actor, WRITE)


def check_may_see(form: Form, actor: Actor) -> None:
    """Some forms tell what not everybody may see who sees incidents.

    Raises:
        NotAllowedError: They may not.
    """
    _needs(actor, needed_for(form))


def needed_for(form: Form) -> Permission:
    """What somebody needs to read reports of a form."""
    return Permission.SEE_QUARTERS if form.of_quarter else form.needs


def _needs(actor: Actor, permission: Permission) -> None:
    if not may(actor, permission):
        roles = ", ".join(sorted(TABLE[permission]))
        raise NotAllowedError("not_allowed", login=actor.name, permission=permission.value, roles=roles)


def check_may_file(actor: Actor) -> None:
    """A responder files.

    Raises:
        ForbiddenActionError: They are none.
    """
    check_may_steer(actor, FILE)


def check_may_approve(
    session: Session, form: Form, version: ReportVersion, actor: Actor, now: datetime
) -> dict[str, bool]:
    """Let only the form's approver go on who did not write it.

    Returns:
        What the event says of it: that they were alone, where nobody else could.

    Raises:
        ReportRightsError: They may not.
    """
    if actor.is_program:
        return {}
    if form.approver not in actor.roles:
        raise ReportRightsError("not_yours", login=actor.name, form=form.name, role=form.approver.value)
    if not _is_theirs(session, form, version, actor):
        raise ReportRightsError("not_own", login=actor.name, form=form.name)
    if person(actor) not in version.writers:
        return {}
    if _others(session, form, version, now):
        raise ReportRightsError("own_report", login=actor.name, form=form.name, number=version.number)
    return dict(AS_ALONE)


def may_approve(session: Session, form: Form, version: ReportVersion, actor: Actor, now: datetime) -> bool:
    """Whether somebody may approve a version."""
    try:
        check_may_approve(session, form, version, actor, now)
    except ReportRightsError:
        return False
    return True


def mentions_of(session: Session, form: Form, version: ReportVersion, now: datetime) -> list[str]:
    """Who could approve it and has a user of Slack, as Slack writes them."""
    return [f"<@{one.slack}>" for one in _others(session, form, version, now) if one.slack]


def _others(session: Session, form: Form, version: ReportVersion, now: datetime) -> list[Account]:
    """Who could approve it that did not write it."""
    accounts = (one for one in list_accounts(session, is_active=True) if Role.SERVICE not in one.roles)
    people = [(one, as_actor(session, one, "", now)) for one in accounts]
    return [
        account for account, one in people
        if form.approver in one.roles and person(one) not in version.writers and _is_theirs(session, form, version, one)
    ]  # fmt: skip


def _is_theirs(session: Session, form: Form, version: ReportVersion, actor: Actor) -> bool:
    """A data owner approves what is about their own extracts."""
    if form.approver != Role.DATA_OWNER or version.incident_id is None:
        return True
    return is_of(session, version.incident_id, actor.extracts)

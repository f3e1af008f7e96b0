"""From a draft to a filed report: handed over for approval, approved or returned by somebody else, filed; events each.

A version is frozen as it is handed over: what it says, and every output byte for byte. The approver approves exactly
that, and that is what is filed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from incidents.casework.changes import CHANGES, change
from incidents.casework.standing import whole
from incidents.clocks.settling import meet
from incidents.timeline.events import add_event
from reports.drafting import KNOWN, TEXT, find_draft
from reports.errors import ReportError
from reports.filling import INCIDENT, ReportSubject
from reports.forms import form_of
from reports.models import APPROVED, FILED, RETURNED, WAITING, ReportOutput, ReportVersion
from reports.printing.clean import clean
from reports.rights import FILE, check_may_approve, check_may_file, check_may_see, check_may_write, mentions_of, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from deadlines.rulebook import Rulebook
    from reports.making import MadeFile
    from reports.models import ReportDraft
    from reports.values import FilledReport

ASKED, WAS_APPROVED, WAS_RETURNED, TAKEN = "report-asked", "report-approved", "report-returned", "report-taken"
MADE: Final = "made"
FROZEN: Final = ("about", "incident_id", "form", "number", "sha256", "writers")
"""Columns that never change, as the event of the handing over has them."""
LONGEST_WORDS: Final = 500


def hand_over(
    session: Session,
    report: FilledReport,
    about: ReportSubject,
    files: Sequence[MadeFile],
    *,
    actor: Actor,
    now: datetime,
) -> ReportVersion:
    """Freeze a report, and ask for its approval.

    Args:
        session: A writing session.
        report: Filled in, with what was written.
        about: Of what.
        files: Every output of it.
        actor: Who asks.
        now: When.

    Raises:
        ReportError: A version waits already, or nothing is new.
        IncidentError: The incident is none, part of another, or not theirs.
    """
    check_may_see(form_of(report.form), actor)
    check_may_write(session, about, actor)
    past = versions_of(session, report.form, about)
    waiting = next((one for one in past if one.state in {WAITING, APPROVED}), None)
    if waiting is not None:
        raise ReportError("waits_already", form=report.form, number=waiting.number)
    filed = next((one for one in past if one.state == FILED), None)
    if filed is not None and _said(filed.content) == _said(report.as_data()):
        raise ReportError("nothing_new", form=report.form, number=filed.number)
    draft = find_draft(session, report.form, about)
    writers = {person(actor), *(draft.writers if draft else ())}
    version = ReportVersion(
        about=about.written, incident_id=about.incident_id, form=report.form,
        number=max((one.number for one in past), default=0) + 1, content=report.as_data(), sha256=report.sha256,
        writers=sorted(writers), asked_at=now, asked_by=actor.name, state=WAITING, decided_at=None, decided_by="",
        said="", filed_at=None, filed_by="", recipient="", reference="",
    )  # fmt: skip
    session.add(version)
    session.flush()
    outputs = {one.format: one.sha256 for one in files}
    session.add_all(
        ReportOutput(version_id=version.id, format=one.format, sha256=one.sha256, content=one.content) for one in files
    )
    form = form_of(report.form)
    data = {
        "gaps": report.gap_count, "outputs": outputs, MADE: {name: getattr(version, name) for name in FROZEN},
        "role": form.approver.value, "mentions": mentions_of(session, form, version, now),
    }  # fmt: skip
    _tell(session, ASKED, version, actor, now, data)
    return version


def decide(
    session: Session, version: ReportVersion, *, approve: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """Approve a version as it is, or return it with a reason: an approved one too, until it is filed.

    Raises:
        ReportError: It does not wait, is not to be returned any more, or is returned without a reason.
        ReportRightsError: It is not theirs to approve, or they wrote it.
        IncidentError: The incident is part of another.
    """
    if version.incident_id is not None:
        whole(session, version.incident_id)  # nobody saves meanwhile
    if version.state != WAITING and (approve or version.state != APPROVED):
        raise ReportError("not_waiting", form=version.form, number=version.number, state=version.state)
    alone = check_may_approve(session, form_of(version.form), version, actor, now)
    words = _words("reason", reason)
    if not approve and not words:
        raise ReportError("no_reason")
    changes = change(
        version, state=APPROVED if approve else RETURNED, decided_at=now, decided_by=actor.name, said=words
    )  # fmt: skip
    _tell(
        session, WAS_APPROVED if approve else WAS_RETURNED, version, actor, now,
        {"reason": words or "–", **alone, CHANGES: changes},
    )  # fmt: skip
    draft = find_draft(session, version.form, _about(version))
    if draft is not None and not approve:
        draft.writers = sorted({*draft.writers, *version.writers})  # what they wrote goes into the next version
    elif draft is not None and _is_in(draft, version):
        draft.writers = []  # whoever writes on writes the next version


def file_version(
    session: Session,
    version: ReportVersion,
    *,
    recipient: str,
    reference: str,
    at: datetime,
    actor: Actor,
    now: datetime,
    meets: Iterable[str] = (),
    book: Rulebook | None = None,
) -> None:
    """An approved version was handed in: to whom, under which number, when, and which deadlines it meets.

    Raises:
        ReportError: It is not approved, nobody is named, the moment has not come or was before the approval, or it
            meets no such deadline.
        IncidentError: A deadline cannot be met now, or who acts is no responder.
    """
    form = form_of(version.form)
    check_may_file(actor)
    if version.state != APPROVED:
        raise ReportError("not_approved", form=version.form, number=version.number, state=version.state)
    to = _words("recipient", recipient)
    if not to:
        raise ReportError("no_recipient")
    if at > now:
        raise ReportError("ahead", at=f"{at:%Y-%m-%d %H:%M %Z}")
    approved = version.decided_at or now
    if at < approved.replace(second=0, microsecond=0):  # forms say minutes
        raise ReportError("before", at=f"{at:%Y-%m-%d %H:%M %Z}", approved=f"{approved:%Y-%m-%d %H:%M %Z}")
    changes = change(
        version, state=FILED, filed_at=at, filed_by=actor.name, recipient=to,
        reference=_words("reference", reference),
    )  # fmt: skip
    _tell(
        session, FILE, version, actor, now,
        {"recipient": to, "reference": version.reference or "–", "at": f"{at:%Y-%m-%d %H:%M %Z}", CHANGES: changes},
    )  # fmt: skip
    for name in meets:
        if name not in form.clocks or version.incident_id is None:
            raise ReportError("no_clock", form=form.name, name=name[:60], expected=", ".join(form.clocks) or "–")
        said = f"{form.name} v{version.number} → {to}" + (f" ({version.reference})" if version.reference else "")
        meet(session, version.incident_id, name, reference=said, at=at, actor=actor, now=now, book=book)


def record_taking(
    session: Session,
    form: str,
    about: ReportSubject,
    made: MadeFile,
    *,
    number: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Somebody took a report away as a file: a version, or as it stands now."""
    data = {
        "form": form, "about": about.written, "number": number if number is not None else "–", "format": made.format,
        "sha256": made.sha256,
    }  # fmt: skip
    add_event(session, TAKEN, actor=actor, now=now, incident_id=about.incident_id, data=data)


def versions_of(session: Session, form: str, about: ReportSubject) -> list[ReportVersion]:
    """Every version of a report, the latest first."""
    asked = select(ReportVersion).where(ReportVersion.about == about.written, ReportVersion.form == form)
    return list(session.scalars(asked.order_by(ReportVersion.number.desc())))


def get_version(session: Session, form: str, about: ReportSubject, number: int) -> ReportVersion:
    """One version, to be acted on.

    Raises:
        ReportError: There is none.
    """
    asked = select(ReportVersion).where(ReportVersion.about == about.written, ReportVersion.form == form)
    found = session.scalar(asked.where(ReportVersion.number == number).with_for_update())
    if found is None:
        raise ReportError("no_version", form=form, number=number)
    return found


def output_bytes(session: Session, version: ReportVersion, format_name: str) -> ReportOutput:
    """A version as the file that it was.

    Raises:
        ReportError: There is no such format.
    """
    found = session.get(ReportOutput, (version.id, format_name))
    if found is None:
        asked = select(ReportOutput.format).where(ReportOutput.version_id == version.id).order_by(ReportOutput.format)
        raise ReportError("no_output", format=format_name[:20], expected=", ".join(session.scalars(asked)))
    return found


def output_hashes(session: Session, version: ReportVersion) -> dict[str, str]:
    """The formats that a version was frozen in, with their hashes: formats that came later are none of its."""
    asked = select(ReportOutput.format, ReportOutput.sha256).where(ReportOutput.version_id == version.id)
    return {row.format: row.sha256 for row in session.execute(asked.order_by(ReportOutput.format))}


def _about(version: ReportVersion) -> ReportSubject:
    kind, _, rest = version.about.partition(":")
    return ReportSubject(version.incident_id) if kind == INCIDENT else ReportSubject(quarter=rest)


def _is_in(draft: ReportDraft, version: ReportVersion) -> bool:
    """Whether a version holds all that was written: nobody wrote on while it waited."""
    nothing: dict[str, Any] = {}
    return all(
        (item["written"], item["tells_known"]) == (written.get(TEXT, ""), written.get(KNOWN, True))
        for item in version.content["items"]
        for written in (draft.items.get(item["name"], nothing),)
    )


def _words(name: str, given: str) -> str:
    """What somebody typed into a field, without letters that nobody sees.

    Raises:
        ReportError: It is too long.
    """
    text = clean(given).strip()
    if len(text) > LONGEST_WORDS:
        raise ReportError("too_long", item=name, found=len(text), most=LONGEST_WORDS)
    return text


def _said(content: dict[str, Any]) -> Any:
    """What a report says, without the moment at which it was said."""
    return [
        [item["name"], item["written"], item["tells_known"], [[one["text"], one["table"]] for one in item["known"]]]
        for item in content["items"]
    ]  # fmt: skip


def _tell(
    session: Session, kind: str, version: ReportVersion, actor: Actor, now: datetime, data: dict[str, Any]
) -> None:
    said = {
        "version": version.id, "form": version.form, "about": version.about, "number": version.number,
        "sha256": version.sha256,
    }  # fmt: skip
    add_event(session, kind, actor=actor, now=now, incident_id=version.incident_id, data=said | data)

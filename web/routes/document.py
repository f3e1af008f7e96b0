"""One document: its content with values masked, where it was seen, whom it names; values on a recorded look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from archive.models import Capture, DocumentRow
from core.errors import SpokenError
from incidents.actions import add_event
from incidents.findings import CLEAR
from incidents.models import FindingMatch, FindingRow
from people.approvals import REVEAL_VALUES, Approvable
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.bodies import body_of, decide
from web.masking.masks import hidden_line, mask, masked_line
from web.reading import read_text
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from core.texts import Texts

SHOWN_MATCHES = 50
SHOWN_CAPTURES = 20


def masked(request: Request) -> Response:
    """The document with its values masked; that it was opened is on the record."""
    return _show(request, "viewed", "")


def reveal(request: Request) -> Response:
    """The document with its values, for a reason that is recorded first."""
    reason = form_of(request).get("reason", "").strip()
    if not reason:
        raise HTTPException(400)
    return _show(request, "revealed", reason)


def hide(request: Request) -> Response:
    """A look has no address of its own: loading it anew shows the masked document."""
    return RedirectResponse(f"/documents/{request.path_params['document_id']}", status_code=303)


def keep(request: Request) -> Response:
    """Purge the document's strangers, hold its body, or lift the hold; for a reason, which goes on record."""
    form = form_of(request)
    try:
        decide(request, request.path_params["document_id"], form.get("do", ""), form.get("reason", "").strip())
    except SpokenError as error:
        language = world_of(request).pages.language(request)
        return _show(request, "viewed", "", " ".join(error.said(language)).strip())
    return hide(request)


def _show(request: Request, kind: str, reason: str, refused: str = "") -> Response:
    world = world_of(request)
    texts = world.pages.texts(request)
    approved = _approved(request, reason) if reason else {}
    with world.home.database.write() as session:
        document = session.get(DocumentRow, request.path_params["document_id"])
        if document is None:
            raise HTTPException(404)
        finding = _finding(session, document.id)
        incident_id = finding.incident_id if finding else None
        _record(session, request, document.id, incident_id, kind, reason, approved)
        of_document = Capture.document_id == document.id
        captures = session.scalars(
            select(Capture).where(of_document).order_by(Capture.fetched_at, Capture.id).limit(SHOWN_CAPTURES)
        ).all()
        count = session.scalar(select(func.count(Capture.id)).where(of_document)) or 0
        matches = _matches(session, finding)
        body = body_of(session, document)
    reading = read_text(world.home.archive, document)
    holds_ours = finding is not None and finding.verdict != CLEAR
    hide_title = hidden_line if holds_ours else masked_line
    return world.pages.render(
        request,
        "document.html",
        document=document,
        title=document.title if reason else hide_title(document.title),
        incident_id=incident_id,
        finding=finding if finding is not None and finding.subjects else None,
        captures=captures,
        more_captures=count - len(captures),
        matches=[_match(match, texts) for match in matches[:SHOWN_MATCHES]],
        revealed=bool(reason),
        limits=[limit if reason else masked_line(limit) for limit in (finding.limits if finding else ())],
        pieces=mask(reading.text, [match.place for match in matches], is_leak=holds_ours),
        cut=len(reading.text) if reading.is_cut else 0,
        body=body,
        refused=refused,
        problem=texts(reading.problem) if reading.problem else "",
    )


def _approved(request: Request, reason: str) -> Mapping[str, Any]:
    """Who else agreed that the values of so many customers are seen; nobody has to, for a few."""
    world, document_id = world_of(request), request.path_params["document_id"]
    with world.home.database.read() as session:
        finding = _finding(session, document_id)
    if finding is None or finding.subjects <= world.home.settings.people.reveal_limit:
        return {}
    return ask_second(request, Approvable(REVEAL_VALUES, str(document_id), reason, finding.incident_id))


def _record(
    session: Session,
    request: Request,
    document_id: int,
    incident_id: int | None,
    kind: str,
    reason: str,
    approved: Mapping[str, Any],
) -> None:
    """Put the look on the record; a masked one once an hour and person, so that going back and forth floods nothing."""
    now, actor = world_of(request).home.clock.now(), actor_of(request)
    key = f"viewed:{document_id}:{actor.name}:{now:%Y-%m-%dT%H}" if kind == "viewed" else None
    data: dict[str, Any] = {"document_id": document_id, **approved}
    if reason:
        data["reason"] = reason
    add_event(session, kind, actor=actor, now=now, incident_id=incident_id, data=data, key=key)


def _finding(session: Session, document_id: int) -> FindingRow | None:
    """The latest finding of a document, one of an incident before any other."""
    rows = select(FindingRow).where(FindingRow.document_id == document_id)
    return session.scalars(rows.order_by(FindingRow.incident_id.is_(None), FindingRow.id.desc())).first()


def _matches(session: Session, finding: FindingRow | None) -> Sequence[FindingMatch]:
    if finding is None:
        return ()
    rows = select(FindingMatch).where(FindingMatch.finding_id == finding.id).order_by(FindingMatch.position)
    return session.scalars(rows).all()


def _match(match: FindingMatch, texts: Texts) -> dict[str, Any]:
    place = " · ".join(_place(key, value, texts) for key, value in match.place.items())
    figures = {"fields": match.fields, "weights": match.weights, "confidence": match.confidence}
    return {"name": f"#{match.subject}", "place": place, **figures}


def _place(part: str, value: object, texts: Texts) -> str:
    known = f"place.{part}"
    return texts(known, n=value) if known in texts else f"{part} {value}"


ROUTES = [
    Guarded("/documents/{document_id:id}", masked, methods=["GET"], needs=Permission.SEE_DOCUMENTS),
    Guarded("/documents/{document_id:id}/keep", keep, methods=["POST"], needs=Permission.KEEP_BODIES),
    Guarded("/documents/{document_id:id}/reveal", reveal, methods=["POST"], needs=Permission.REVEAL_VALUES),
    Guarded("/documents/{document_id:id}/reveal", hide, methods=["GET"], needs=Permission.SEE_DOCUMENTS),
]

"""Purging a document: strangers' rows go for good, those of ours stay, and the event says what was there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from archive.bodies.holds import holds_of
from archive.bodies.models import PURGED, WHOLE
from archive.bodies.removal import Body, SharedRecordError, remove_bodies
from archive.models import EVIDENCE, Capture, DocumentRow
from core.encodings.decoder import to_text
from incidents.findings import UNREAD
from incidents.groups import root_of
from incidents.models import Event, FindingRow, Incident
from incidents.online.pictures import PICTURED
from incidents.states import OPEN
from incidents.timeline.events import add_event
from judging.bench import Bench
from judging.bodies.copies import forget_copies
from judging.bodies.errors import BodyRefusedError
from judging.bodies.left import open_purging
from judging.bodies.sharing import kept_records
from judging.child import ChildJudge, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from archive.bodies.removal import TakenAway
    from core.actors import Actor
    from home import Home
    from matcher.left import Left

PURGE_EVENT: Final = "document-purged"
MOST_TEXT: Final = 32 << 20
"""Bytes of a post whose lines are looked for on the pages that it stood on; posts are shorter than that."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was done.

    Attributes:
        document_id: With which document.
        event_id: The event that tells of it.
        sha256_before: Of the content as it was captured.
        sha256_after: Of what is left.
        size_before: Bytes.
        size_after: Likewise.
        people: Who was found in it.
        ours: Customers of ours among them.
        strangers: All others.
        form: How what is left was written: ``lines``, ``extract``; empty where nothing is left.
    """

    document_id: int
    event_id: int
    sha256_before: str
    sha256_after: str
    size_before: int
    size_after: int
    people: int
    ours: int
    strangers: int
    form: str


@dataclass(frozen=True, slots=True)
class _Whole:
    """A document as it is before."""

    document: DocumentRow
    finding: FindingRow
    incident_id: int | None
    pictures: tuple[tuple[str, int], ...]


def purge(
    home: Home,
    document_id: int,
    *,
    reason: str,
    actor: Actor,
    rule: str = "",
    forget: Callable[[], int] = lambda: 0,
) -> Purged:
    """Take strangers' rows out of a document for good.

    Args:
        home: Its archive, its key, its index.
        document_id: Which document.
        reason: Why, as the event tells.
        actor: Who wants it.
        rule: By which rule; empty where a person decided.
        forget: Removes copies in rooms above this one, such as exports.

    Raises:
        BodyRefusedError: It has to stay whole, or nothing of it has to go.
        ArchiveError: Its files cannot be read or written, or one of them is being written.
        JudgingError: It could not be looked at.
    """
    if not reason.strip():
        raise BodyRefusedError("no_reason")
    with home.database.read() as session:
        whole = _look_up(session, document_id)
        session.expunge_all()
    with ChildJudge(Bench.of(home.settings), open_purging) as judge:
        left, path = _ask(home, judge, whole)
        return _carry_out(home, whole, left, path, reason=reason.strip(), actor=actor, rule=rule, forget=forget)


def _ask(home: Home, judge: ChildJudge, whole: _Whole) -> tuple[Left, Path | None]:
    document = whole.document
    pieces = home.archive.stream(document)
    name = document.title or str(document.id)
    judged = judge.judge(Question(name, pieces, document.size_bytes, document.media_type, document.charset))
    left = judged.left
    if left is None or judged.finding.verdict == UNREAD:
        raise BodyRefusedError("unread", document=document.id)
    if left.ours and not left.file:
        raise BodyRefusedError("unproved", document=document.id)
    if left.ours and left.people <= left.ours + left.strangers:
        raise BodyRefusedError("nobody", document=document.id)
    return left, judge.folder / left.file if left.file else None


def _carry_out(
    home: Home,
    whole: _Whole,
    left: Left,
    path: Path | None,
    *,
    reason: str,
    actor: Actor,
    rule: str,
    forget: Callable[[], int],
) -> Purged:
    document = whole.document
    lines = _strange_lines(home, document, path)
    figures = {"form": left.form, "people": left.people, "ours": left.ours, "gone": list(left.gone)}
    body = Body(
        document_id=document.id, how=PURGED, left=path, lines=lines, more=whole.pictures, figures=figures
    )  # fmt: skip
    done: list[Purged] = []

    def tell(session: Session, told: TakenAway) -> int:
        again = _look_up(session, document.id)
        if again.finding.id != whole.finding.id:
            raise BodyRefusedError("changed", document=document.id)
        sha256, size = told.after[document.id]
        purged = Purged(
            document.id, 0, document.sha256, sha256, document.size_bytes, size, left.people, left.ours,
            left.people - left.ours, left.form,
        )  # fmt: skip
        data = event_data(purged, left, reason, rule, told.files)
        event_id = add_event(
            session, PURGE_EVENT, actor=actor, now=home.clock.now(), incident_id=whole.incident_id, data=data,
            key=f"purged:{document.id}",
        )  # fmt: skip
        if event_id is None:
            raise BodyRefusedError("gone", document=document.id)
        done.append(replace(purged, event_id=event_id))
        return event_id

    def forget_all(contents: Sequence[tuple[str, int]]) -> None:
        forget_copies(home.settings.home, contents)
        forget()

    try:
        remove_bodies(
            home.archive, home.database, home.clock, [body], rule=rule, tell=tell, forget=forget_all,
            kept=lambda session: kept_records(session, document.id),
        )  # fmt: skip
    except SharedRecordError as error:
        raise BodyRefusedError("page", document=document.id, other=error.document_id) from error
    return done[0]


def event_data(purged: Purged, left: Left, reason: str, rule: str, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the event says; no value of anybody."""
    return {
        "document_id": purged.document_id, "sha256": purged.sha256_before, "sha256_after": purged.sha256_after,
        "size_bytes": purged.size_before, "size_after": purged.size_after, "rows": left.rows, "people": purged.people,
        "ours": purged.ours, "strangers": purged.strangers, "beside": left.strangers, "form": purged.form,
        "rule": rule, "reason": reason, "files": [dict(one) for one in files],
    }  # fmt: skip


def _look_up(session: Session, document_id: int) -> _Whole:
    """The document, if it may be purged.

    Raises:
        BodyRefusedError: It may not.
    """
    document = session.get(DocumentRow, document_id)
    if document is None:
        raise BodyRefusedError("unknown", document=document_id)
    if document.body != WHOLE:
        raise BodyRefusedError("gone", document=document_id)
    if holds_of(session, document_id):
        raise BodyRefusedError("hold", document=document_id)
    if document.state == EVIDENCE:
        raise BodyRefusedError("evidence", document=document_id)
    findings = session.scalars(
        select(FindingRow).where(FindingRow.document_id == document_id).order_by(FindingRow.id.desc())
    ).all()
    incident_id = next((root_of(session, one.incident_id) for one in findings if one.incident_id is not None), None)
    for number in {one.incident_id for one in findings if one.incident_id is not None}:
        root = session.get_one(Incident, root_of(session, number))
        if root.state == OPEN:
            raise BodyRefusedError("incident", document=document_id, incident=root.id)
    if document.state != "matched":
        raise BodyRefusedError("waiting", document=document_id)
    if not findings or findings[0].verdict == UNREAD:
        raise BodyRefusedError("unread", document=document_id)
    return _Whole(document, findings[0], incident_id, tuple(pictures_of_document(session, document_id)))


def pictures_of_document(session: Session, document_id: int) -> list[tuple[str, int]]:
    """Where pictures are of the places that a document stood at."""
    captures = set(session.scalars(select(Capture.id).where(Capture.document_id == document_id)))
    taken = session.scalars(select(Event.data).where(Event.kind == PICTURED))
    return [(one["warc_file"], one["warc_offset"]) for one in taken if one["capture_id"] in captures]


def _strange_lines(home: Home, document: DocumentRow, left: Path | None) -> list[str]:
    """Lines that do not stay, of a document that is short enough to be a post."""
    if document.size_bytes > MOST_TEXT:
        return []
    kept = set(left.read_text(encoding="utf-8").splitlines()) if left else set()
    text = to_text(home.archive.read(document), document.charset)
    return [line for line in text.splitlines() if line not in kept]

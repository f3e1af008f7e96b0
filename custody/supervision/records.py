"""Writing supervision records: entered, changed, attached to, withdrawn, and checked by a second person.

Each is an event of the register. What was changed after somebody checked it has to be checked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actors import Actor, read_signature
from custody.errors import RegisterError
from custody.lifecycle import ERASE, RETURN
from custody.models import LENT, Edge, Extract, Holding, Processor, RegisterEvent
from custody.register.edges import lead
from custody.register.history import record, values_of
from custody.register.holdings import end, get_holding, reopen
from custody.supervision.check_sheets import check_answers, sheet_named
from custody.supervision.kinds import (
    CERTIFICATE,
    CONSENT,
    ERASURE,
    FINDING,
    GIVEN,
    INSPECTION,
    OF_COPY,
    OF_EDGE,
    OF_INSPECTION,
    SHEET,
    kind_named,
)
from custody.supervision.models import SupervisionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from custody.register.history import Act
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.kinds import RecordKind

CONFIRMED, OBJECTED = "confirmed", "objected"
CHECKS: Final = (CONFIRMED, OBJECTED)
CHECKED: Final = "supervision-checked"
_UNCHECKED: Final[dict[str, Any]] = {"checked_by": "", "checked_on": None, "check_result": "", "check_words": ""}
_LIMIT: Final = 4000
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""Of an attachment: see `attach`."""


@dataclass(frozen=True, slots=True)
class About:
    """What a record is about: as much of it as its kind needs.

    Attributes:
        processor: Whom; none for the carrier itself.
        edge: Which contract.
        extract: Whose copy was returned or erased.
        of: The inspection that a finding belongs to.
    """

    processor: Processor | None = None
    edge: Edge | None = None
    extract: Extract | None = None
    of: SupervisionRecord | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file in the archive that shows what a record says; ``question`` is that of a check sheet."""

    document_id: int
    sha256: str
    name: str
    question: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {
            "document_id": self.document_id, "sha256": self.sha256, "name": self.name, "question": self.question
        }  # fmt: skip


def get_record(session: Session, number: int) -> SupervisionRecord:
    """The record of that number.

    Raises:
        RegisterError: There is none.
    """
    found = session.get(SupervisionRecord, number)
    if found is None:
        raise RegisterError(f"there is no supervision record {number}", key="no_record", number=number)
    return found


def check_counts(made: SupervisionRecord) -> None:
    """Let nothing more be done to a record that counts no longer.

    Raises:
        RegisterError: It was withdrawn.
    """
    if made.withdrawn_on is not None:
        raise RegisterError(f"record {made.id} was withdrawn", key="withdrawn", number=made.id)


def check_days(fields: Mapping[str, Any], today: date) -> None:
    """Let nothing have happened, or have been done, that has not yet: what is planned has a day by which it is due.

    Raises:
        RegisterError: One of these days is after today.
    """
    for name in ("happened_on", "done_on"):
        day = fields.get(name)
        if isinstance(day, date) and day > today:
            raise RegisterError(f"{day} has not come yet", key="not_yet", day=day)


def add_record(
    session: Session, kind: str, about: About, fields: Mapping[str, Any], act: Act, *, sheets: Sheets | None = None
) -> SupervisionRecord:
    """Enter a record.

    Args:
        session: A writing session.
        kind: Of `custody.supervision.kinds.KINDS`.
        about: Whom and what.
        fields: What the kind has; days as dates, the answers of a sheet as ``data``.
        act: Who, and from when on it counts.
        sheets: The check sheets there are; those that come with Hinomi unless given.

    Raises:
        RegisterError: Something is missing, or cannot be meant.
    """
    known = kind_named(kind)
    values = _checked_values(known, dict(fields), sheets)
    edge, processor = about.edge, about.processor
    if known.about == OF_INSPECTION:
        if about.of is None or about.of.kind != INSPECTION:
            raise RegisterError("a finding belongs to an inspection", key="no_inspection")
        if processor is not None and about.of.processor_id != processor.id:
            raise RegisterError(f"record {about.of.id} is no inspection of {processor.name!r}", key="no_inspection")
        edge = edge or (session.get(Edge, about.of.edge_id) if about.of.edge_id else None)
        processor = session.get(Processor, about.of.processor_id) if about.of.processor_id else None
    processor = edge.processor if edge is not None else processor
    _check_about(known, values, About(processor, edge, about.extract, about.of), sheets)
    made = SupervisionRecord(
        kind=kind, processor_id=processor.id if processor else None, edge_id=edge.id if edge else None,
        extract_id=about.extract.id if about.extract else None, of_id=about.of.id if about.of else None,
        **{"topic": "", "result": "", "person": "", "words": "", "data": {}, **values}, documents=[],
        entered_by=act.actor, entered_at=act.now, checked_by="", check_result="", check_words="",
    )  # fmt: skip
    session.add(made)
    if kind == CERTIFICATE and about.extract is not None and processor is not None:
        _end_copy(session, about.extract, processor, made, act)
    record(session, f"{kind}-added", made, {}, act)
    _take_consent(session, made, act)
    return made


def change_record(
    session: Session, made: SupervisionRecord, fields: Mapping[str, Any], act: Act, *, sheets: Sheets | None = None
) -> SupervisionRecord:
    """Change a record; what somebody checked is unchecked by it.

    Raises:
        RegisterError: It was withdrawn, or a field cannot be meant.
    """
    check_counts(made)
    kind = kind_named(made.kind)
    now = {name: getattr(made, name) for name in kind.fields}
    if "data" in fields:
        fields = {**fields, "data": {**now["data"], **fields["data"]}}
    values = _checked_values(kind, {**now, **fields}, sheets)
    said = (made.result, made.happened_on)
    _set(session, made, values, act, f"{made.kind}-changed")
    if said != (made.result, made.happened_on):
        _take_consent(session, made, act)
    return made


def attach(session: Session, made: SupervisionRecord, attachment: EvidenceFile, act: Act) -> SupervisionRecord:
    """Put a file of the archive to a record.

    Raises:
        RegisterError: It was withdrawn.
    """
    check_counts(made)
    documents = [*made.documents, attachment.as_json()]
    if attachment.as_json() in made.documents:
        return made
    return _set(session, made, {"documents": documents}, act, "supervision-attached")


def withdraw(session: Session, made: SupervisionRecord, act: Act) -> SupervisionRecord:
    """Let a record that was entered by mistake count no longer; it stays to be seen.

    The contract's consent is again what the records say that are left, and a copy that only this certificate had
    ended is lent again.

    Raises:
        RegisterError: No reason is given, it was withdrawn before, or the copy cannot become what it was.
    """
    check_counts(made)
    if not act.reason.strip():
        raise RegisterError("withdrawing a record needs a reason", key="no_reason")
    _set(session, made, {"withdrawn_on": act.on}, act, "supervision-withdrawn")
    _take_consent(session, made, act)
    if made.kind == CERTIFICATE:
        _open_copy(session, made, act)
    return made


def check(session: Session, made: SupervisionRecord, result: str, act: Act, *, words: str = "") -> SupervisionRecord:
    """The second line's word on a record: confirmed, or objected to with a reason.

    Raises:
        RegisterError: Whoever checks wrote a part of it, it was withdrawn, or the objection has no words.
    """
    if result not in CHECKS:
        raise RegisterError(f"{result!r} is none of {', '.join(CHECKS)}", key="no_check", text=result)
    if result == OBJECTED and not words.strip():
        raise RegisterError("an objection says what is wrong", key="no_reason")
    check_counts(made)
    if act.actor and wrote_part(session, made, act.actor):
        raise RegisterError(
            "nobody checks what they entered themselves", hint="Somebody of the second line does.", key="own_record"
        )
    before = values_of(made)
    made.checked_by, made.checked_on, made.check_result, made.check_words = act.actor, act.on, result, words[:_LIMIT]
    record(session, CHECKED, made, before, act)
    return made


def wrote_part(session: Session, made: SupervisionRecord, signature: str) -> bool:
    """Whether whoever signs like this wrote anything of a record but a check, however they were let in."""
    mine = (RegisterEvent.about == SupervisionRecord.__tablename__, RegisterEvent.about_id == made.id)
    found = session.scalars(select(RegisterEvent.actor).where(*mine, RegisterEvent.kind != CHECKED).distinct())
    account, name = read_signature(signature)
    person = Actor(name, account)
    return any(person.is_same_person(*read_signature(one)) for one in {made.entered_by, *found})


def _set(
    session: Session, made: SupervisionRecord, values: Mapping[str, Any], act: Act, kind: str
) -> SupervisionRecord:
    before = values_of(made)
    changed = {name: value for name, value in values.items() if getattr(made, name) != value}
    if not changed:
        return made
    for name, value in (_UNCHECKED | changed).items():
        setattr(made, name, value)
    record(session, kind, made, before, act)
    return made


def _checked_values(kind: RecordKind, fields: dict[str, Any], sheets: Sheets | None) -> dict[str, Any]:
    """The fields of a record as its kind allows them.

    Raises:
        RegisterError: One is missing, not of this kind, or cannot be meant.
    """
    for name, value in fields.items():
        if name not in kind.fields and value:
            raise RegisterError(f"a record of kind {kind.name} has no {name}", key="no_field", field=name)
        if isinstance(value, str) and len(value) > _LIMIT:
            raise RegisterError(f"{name} is longer than {_LIMIT} characters", key="too_wordy", most=_LIMIT)
    values = {name: value for name, value in fields.items() if name in kind.fields}
    for name in kind.needs:
        if not values.get(name):
            raise RegisterError(f"a record of kind {kind.name} needs {name}", key="field_missing", field=name)
    _check_values(kind, values)
    if kind.name == SHEET:
        values["data"] = check_answers(sheet_named(values["topic"], sheets), values.get("data") or {})
    return values


def _check_values(kind: RecordKind, values: Mapping[str, Any]) -> None:
    for name, allowed in (("topic", kind.topics), ("result", kind.results)):
        if allowed and values.get(name) not in allowed:
            raise RegisterError(
                f"{name} {values.get(name)!r} is none of {', '.join(allowed)}", key="not_allowed",
                text=values.get(name), allowed=", ".join(allowed),
            )  # fmt: skip
    if kind.name == INSPECTION and not (values.get("due_on") or values.get("done_on")):
        raise RegisterError(
            "an inspection is planned for a day or was done on one", key="field_missing", field="due_on"
        )
    happened, done = values.get("happened_on"), values.get("done_on")
    if isinstance(happened, date) and isinstance(done, date) and done < happened:
        raise RegisterError(f"done on {done}, before {happened}", key="done_too_early", day=done, since=happened)


def _check_about(kind: RecordKind, values: Mapping[str, Any], about: About, sheets: Sheets | None) -> None:
    if kind.name == SHEET and sheet_named(values["topic"], sheets).is_own:
        if about.processor is not None:
            raise RegisterError("that sheet is about the carrier itself", key="own_sheet")
        return
    if about.processor is None:
        raise RegisterError(f"a record of kind {kind.name} is about a processor", key="no_processor_named")
    if kind.about == OF_EDGE and about.edge is None:
        raise RegisterError(f"a record of kind {kind.name} is about a contract", key="no_contract_named")
    if kind.name == CONSENT and about.edge is not None and about.edge.parent_id is None:
        raise RegisterError("whom the carrier contracts needs no consent", key="no_consent_needed")
    if kind.about == OF_COPY and about.extract is None:
        raise RegisterError("a certificate names the extract", key="no_extract_named")
    if kind.name == SHEET and about.edge is not None and about.edge.contract_kind:
        wanted = sheet_named(values["topic"], sheets).contracts
        if about.edge.contract_kind not in wanted:
            raise RegisterError(
                f"the sheet {values['topic']!r} is for contracts of kind {', '.join(wanted)}", key="other_sheet",
                allowed=", ".join(wanted),
            )  # fmt: skip


def _end_copy(session: Session, extract: Extract, processor: Processor, made: SupervisionRecord, act: Act) -> None:
    """A certificate of a copy that the register has as held is what ends it there."""
    held: Holding = get_holding(session, extract, processor.name)
    day = made.happened_on or act.on
    ending = type(act)(act.actor, act.now, day, act.reason)
    if made.topic == ERASURE and not held.certificate_on:
        end(session, extract.name, processor.name, ERASE, ending, certificate=made.words)
    elif made.topic != ERASURE and held.state == LENT:
        end(session, extract.name, processor.name, RETURN, ending)


def _open_copy(session: Session, made: SupervisionRecord, act: Act) -> None:
    """Lend a copy again that no certificate says any more to have ended.

    Raises:
        RegisterError: It had been returned before it was certified as erased: no step leads from erased to returned.
    """
    held = session.scalars(
        select(Holding).where(Holding.extract_id == made.extract_id, Holding.processor_id == made.processor_id)
    ).one()
    others = select(SupervisionRecord.id).where(
        SupervisionRecord.kind == CERTIFICATE, SupervisionRecord.extract_id == made.extract_id,
        SupervisionRecord.processor_id == made.processor_id, SupervisionRecord.topic == made.topic,
        SupervisionRecord.withdrawn_on.is_(None),
    )  # fmt: skip
    last = _ending_of(session, held)
    if last is None or session.scalar(others.limit(1)) is not None:
        return
    ended_by, before = last
    if ended_by.topic != made.topic:
        return
    if before != LENT:
        raise RegisterError(
            f"the copy was {before} before record {made.id} had it erased, and nothing leads back there",
            hint="Reopen the copy, enter its return, then withdraw the certificate.",
            key="copy_was_back", number=made.id,
        )  # fmt: skip
    reopen(session, held.extract.name, held.processor.name, act)


def _ending_of(session: Session, held: Holding) -> tuple[SupervisionRecord, str] | None:
    """The certificate by which a copy ended last, and the copy's state before; None where something else did it.

    A certificate is written down right after the step that it is of, at the same moment: see `add_record`.
    """
    mine = (RegisterEvent.about == Holding.__tablename__, RegisterEvent.about_id == held.id)
    step = session.scalar(select(RegisterEvent).where(*mine).order_by(RegisterEvent.id.desc()).limit(1))
    if step is None or step.kind not in {"returned", "erased"}:
        return None
    following = select(RegisterEvent).where(
        RegisterEvent.kind == f"{CERTIFICATE}-added", RegisterEvent.id > step.id,
        RegisterEvent.extract_id == held.extract_id, RegisterEvent.processor_id == held.processor_id,
    )  # fmt: skip
    added = session.scalar(following.order_by(RegisterEvent.id).limit(1))
    if added is None or (added.recorded_at, added.actor) != (step.recorded_at, step.actor):
        return None
    return get_record(session, added.about_id), step.changes["state"][0]


def _take_consent(session: Session, made: SupervisionRecord, act: Act) -> None:
    """Let a contract say what the latest of its consents says that counts, and that nothing is known without one."""
    edge = session.get(Edge, made.edge_id) if made.kind == CONSENT and made.edge_id is not None else None
    if edge is None:
        return
    counting = select(SupervisionRecord).where(
        SupervisionRecord.kind == CONSENT,
        SupervisionRecord.edge_id == edge.id,
        SupervisionRecord.withdrawn_on.is_(None),
    )
    latest = session.scalar(
        counting.order_by(SupervisionRecord.happened_on.desc(), SupervisionRecord.id.desc()).limit(1)
    )
    before = values_of(edge)
    edge.consent = latest.result if latest else ""
    edge.consent_on = latest.happened_on if latest and latest.result == GIVEN else None
    record(session, "edge-changed", edge, before, act)
    if edge.is_first:
        lead(session, edge, act)


def findings_of(session: Session, inspection: SupervisionRecord) -> list[SupervisionRecord]:
    """What an inspection found, in order."""
    mine = (SupervisionRecord.of_id == inspection.id, SupervisionRecord.kind == FINDING)
    return list(session.scalars(select(SupervisionRecord).where(*mine).order_by(SupervisionRecord.id)))

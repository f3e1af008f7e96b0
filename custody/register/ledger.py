"""The custody register in the database: who holds which extract, and what became of every enrolment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.clock import day_number
from custody.errors import EnrolmentError, RegisterError
from custody.models import DONE, FAILED, LENT, RUNNING, Enrolment, Extract, Holding, Processor
from custody.ranking import Candidate, candidates_of
from custody.register.edges import check_circle, follow
from custody.register.history import Act, record, values_of
from custody.register.holdings import lend, reopen

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from fingerprints.index.generation import Index
    from fingerprints.index.manifest import ExtractInfo

ENROLMENT = "enrolment"
"""Who changed the register when an enrolment did."""


@dataclass(frozen=True, slots=True)
class Lending:
    """What an enrolment says of its extract, besides its rows.

    Attributes:
        extract: Its name.
        as_of: The day its values were current.
        processor: Who holds it.
        parent: Whose sub-processor that is.
        purpose: What it was lent for.
        by: Who had it enrolled, where that is known.
    """

    extract: str
    as_of: date
    processor: str = ""
    parent: str = ""
    purpose: str = ""
    by: str = ""

    def as_request(self) -> dict[str, Any]:
        """The form kept in the database."""
        return {
            "extract": self.extract, "as_of": self.as_of.isoformat(), "processor": self.processor,
            "parent": self.parent, "purpose": self.purpose, "by": self.by,
        }  # fmt: skip

    @classmethod
    def from_request(cls, request: dict[str, Any]) -> Lending:
        """What `as_request` kept."""
        return cls(**{**request, "as_of": date.fromisoformat(request["as_of"])})


def find_or_add_processor(session: Session, name: str, *, parent: str = "", now: datetime) -> Processor:
    """The processor of that name, under ``parent`` when one is given; made when it is new.

    Raises:
        EnrolmentError: It would stand below itself.
    """
    processor = session.scalar(select(Processor).where(Processor.name == name))
    act = Act(ENROLMENT, now, now.date())
    if processor is None:
        processor = Processor(name=name, contract_kind="", consent="", country="", contact="", added_at=now)
        session.add(processor)
        record(session, "processor-added", processor, {}, act)
    before = values_of(processor)
    if parent:
        above = find_or_add_processor(session, parent, now=now)
        session.flush()
        try:
            check_circle(session, processor, above)
        except RegisterError as error:
            raise EnrolmentError(str(error)) from error
        processor.parent = above
    record(session, "processor-changed", processor, before, act)
    follow(session, processor, act)
    return processor


def record_extract(session: Session, lending: Lending, info: ExtractInfo, now: datetime) -> Extract:
    """Put an enrolled extract into the register, or bring it up to date."""
    extract = session.scalar(select(Extract).where(Extract.name == lending.extract))
    before = values_of(extract) if extract else {}
    if extract is None:
        extract = Extract(name=lending.extract, state=LENT, purpose="", contract_kind="", added_at=now)
        session.add(extract)
    if not before or not extract.size or extract.as_of <= lending.as_of:  # a late list is older than what is known
        extract.as_of = lending.as_of
        extract.columns = list(info.columns)
        extract.size = info.size
    if lending.purpose:
        extract.purpose = lending.purpose
    record(session, "enrolled", extract, before, Act(lending.by or ENROLMENT, now, lending.as_of))
    if lending.processor:
        extract.processor = find_or_add_processor(session, lending.processor, parent=lending.parent, now=now)
        extract.lent_on = extract.lent_on or lending.as_of
        _lend(session, extract, extract.processor, Act(lending.by or ENROLMENT, now, lending.as_of, "enrolled again"))
    session.flush()
    return extract


def _lend(session: Session, extract: Extract, processor: Processor, act: Act) -> None:
    """Note the processor's copy; one that ended is open again when the rows are of a later day than its end."""
    wanted = (Holding.extract_id == extract.id, Holding.processor_id == processor.id)
    held = session.scalar(select(Holding).where(*wanted))
    if held is None or held.state == LENT:
        lend(session, extract, processor, act)
    elif held.ended_on is not None and act.on > held.ended_on:
        reopen(session, extract.name, processor.name, act)


def finish_enrolment(session: Session, enrolment_id: int, info: ExtractInfo, *, rejected: int, now: datetime) -> None:
    """Close an enrolment whose generation is the current one, and bring the register up to it."""
    enrolment = session.get_one(Enrolment, enrolment_id)
    extract = record_extract(session, Lending.from_request(enrolment.request), info, now)
    enrolment.extract_id = extract.id
    enrolment.state = DONE
    enrolment.rows, enrolment.rejected, enrolment.subjects = info.rows, rejected, info.size
    enrolment.finished_at = now


def settle_interrupted(session: Session, index: Index | None, now: datetime) -> None:
    """Close runs that died: those whose generation was switched in are finished, the others have failed.

    Only the holder of the index lock may call this: nobody else is enrolling then.
    """
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.state == RUNNING)).all():
        info = _info_of(index, enrolment)
        if info is not None:
            finish_enrolment(session, enrolment.id, info, rejected=enrolment.rejected, now=now)
        else:
            enrolment.state, enrolment.finished_at = FAILED, now
            enrolment.reason = "the run was cut off; nothing of it is in the index"


def candidates(session: Session, index: Index) -> list[Candidate]:
    """Every extract in the index with its members, for `custody.ranking`."""
    as_of = {name: day_number(day) for name, day in session.execute(select(Extract.name, Extract.as_of))}
    return [replace(one, as_of=as_of.get(one.extract, one.as_of)) for one in candidates_of(index)]


def _info_of(index: Index | None, enrolment: Enrolment) -> ExtractInfo | None:
    if index is None:
        return None
    mine = (info for info in index.enrolments if info.generation == enrolment.generation)
    return next((info for info in mine if info.name == enrolment.extract_name), None)

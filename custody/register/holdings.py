"""Extracts and their copies: entered, lent, copied on, returned, erased. Every change is an event of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from custody.errors import RegisterError
from custody.lifecycle import COPY, ERASE, REOPEN, RETURN, state_after, summary_of
from custody.models import LENT, Extract, Holding, Processor
from custody.register.history import record, values_of
from custody.register.processors import get_processor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from custody.register.history import Act

SETTABLE: Final = ("columns", "purpose", "contract_kind", "medium", "recipient", "as_of", "due_on", "size")


def get_extract(session: Session, name: str) -> Extract:
    """The extract of that name.

    Raises:
        RegisterError: There is none.
    """
    found = session.scalar(select(Extract).where(Extract.name == name))
    if found is None:
        raise no_extract(name)
    return found


def no_extract(name: str) -> RegisterError:
    """What is said of an extract that there is not, and of one that whoever asks may not know of."""
    return RegisterError(
        f"there is no extract {name!r}", hint="See `hinomi extracts list`, or add it.", key="no_extract", name=name
    )


def add_extract(session: Session, name: str, fields: Mapping[str, Any], act: Act) -> Extract:
    """A new extract that is known, but not enrolled; ``fields`` from `SETTABLE`.

    Raises:
        RegisterError: It exists.
    """
    if not name.strip():
        raise RegisterError("an extract needs a name", key="nameless")
    if session.scalar(select(Extract).where(Extract.name == name)) is not None:
        raise RegisterError(
            f"there is an extract {name!r} already",
            hint="Change it with `hinomi extracts set`.",
            key="is_there",
            name=name,
        )
    values = {"columns": [], "size": 0, "as_of": act.on, **fields}
    extract = Extract(name=name, state=LENT, added_at=act.now, **values)
    session.add(extract)
    record(session, "extract-added", extract, {}, act)
    return extract


def set_extract(session: Session, name: str, fields: Mapping[str, Any], act: Act) -> Extract:
    """Change what is known of an extract; ``fields`` from `SETTABLE`."""
    extract = get_extract(session, name)
    before = values_of(extract)
    for field, value in fields.items():
        setattr(extract, field, value)
    record(session, "extract-changed", extract, before, act)
    return extract


def holdings_of(session: Session, extract: Extract) -> Sequence[Holding]:
    """All copies of an extract, those that ended too, in the order in which they came to be known."""
    return session.scalars(select(Holding).where(Holding.extract_id == extract.id).order_by(Holding.id)).all()


def first_lent(session: Session) -> dict[str, date]:
    """The day from which anybody outside had a copy of each extract, as far as the register knows one."""
    begun = select(Extract.name, func.coalesce(func.min(Holding.since), Extract.lent_on))
    days = session.execute(begun.outerjoin(Holding, Holding.extract_id == Extract.id).group_by(Extract.id)).all()
    return {name: day for name, day in days if day is not None}


def who_was_lent(session: Session) -> dict[str, str]:
    """Which processor holds each extract, or held it: of several the one that had it from us first."""
    asked = select(Extract.name, Processor.name).join(Holding, Holding.extract_id == Extract.id)
    rows = session.execute(asked.join(Processor, Processor.id == Holding.processor_id).order_by(Holding.id.desc()))
    return dict(rows.all())  # the first comes last, and stays


def lend(session: Session, extract: Extract, processor: Processor, act: Act) -> Holding:
    """The carrier lends an extract; a copy that the processor holds already stays as it is.

    Raises:
        RegisterError: Its copy was returned or erased: reopening that is a decision of its own.
    """
    held = _copy_at(session, extract, processor)
    if held is not None and held.state != LENT:
        raise RegisterError(
            f"{processor.name!r} had {extract.name!r}, now {held.state}", hint="Use `hinomi extracts reopen`.",
            key="had_it", holder=processor.name, name=extract.name,
        )  # fmt: skip
    return held or _begin(session, "lent", extract, processor, None, act)


def copy_on(session: Session, name: str, giver: str, taker: str, act: Act) -> Holding:
    """A holder passes its copy on.

    Raises:
        RegisterError: The giver holds none now, or the taker has or had one.
    """
    extract = get_extract(session, name)
    source = get_holding(session, extract, giver)
    state_after(source.state, COPY)
    processor = get_processor(session, taker)
    if (held := _copy_at(session, extract, processor)) is not None:
        raise RegisterError(
            f"{taker!r} has a copy of {name!r} in the register already: {held.state}",
            key="has_copy", holder=taker, name=name,
        )  # fmt: skip
    return _begin(session, "copied-on", extract, processor, source, act)


def end(session: Session, name: str, holder: str, action: str, act: Act, *, certificate: str = "") -> Holding:
    """A copy is returned or erased; an erasure counts with the day of its certificate, which is ``act.on``.

    Raises:
        RegisterError: The holder has none, or not from the state of its copy.
    """
    if action not in {RETURN, ERASE}:
        raise RegisterError(f"{action!r} ends no copy")
    return _step(session, name, holder, action, act, certificate=certificate, certified=action == ERASE)


def reopen(session: Session, name: str, holder: str, act: Act) -> Holding:
    """A copy that was said to be gone is there again, or was ended by mistake.

    Raises:
        RegisterError: No reason is given, or the copy never ended.
    """
    if not act.reason.strip():
        raise RegisterError("reopening a copy needs a reason", hint="Say it with --reason.", key="no_reason")
    return _step(session, name, holder, REOPEN, act)


def get_holding(session: Session, extract: Extract, holder: str) -> Holding:
    """A processor's copy.

    Raises:
        RegisterError: It never had one.
    """
    held = _copy_at(session, extract, get_processor(session, holder))
    if held is None:
        raise RegisterError(
            f"{holder!r} never held {extract.name!r}", hint=f"See `hinomi extracts show {extract.name}`.",
            key="never_held", holder=holder, name=extract.name,
        )  # fmt: skip
    return held


def _step(
    session: Session, name: str, holder: str, action: str, act: Act, *, certificate: str = "", certified: bool = False
) -> Holding:
    extract = get_extract(session, name)
    held = get_holding(session, extract, holder)
    before = values_of(held)
    state = state_after(held.state, action)
    if act.on < held.since:
        raise RegisterError(
            f"{act.on} is before {held.since}, the day {holder!r} got {name!r}",
            key="too_early", day=act.on, since=held.since, holder=holder,
        )  # fmt: skip
    held.state = state
    held.ended_on = None if state == LENT else held.ended_on or act.on
    held.certificate_on, held.certificate = (act.on, certificate) if certified else (None, "")
    record(session, {RETURN: "returned", ERASE: "erased", REOPEN: "reopened"}[action], held, before, act)
    _sum_up(session, extract, act.on)
    return held


def _begin(
    session: Session, kind: str, extract: Extract, processor: Processor, source: Holding | None, act: Act
) -> Holding:
    held = Holding(
        extract=extract, processor=processor, source=source, since=act.on, state=LENT, certificate="", added_at=act.now
    )
    session.add(held)
    record(session, kind, held, {}, act)
    if source is None:
        extract.processor = extract.processor or processor
        extract.lent_on = extract.lent_on or act.on
    _sum_up(session, extract, act.on)
    return held


def _sum_up(session: Session, extract: Extract, on: date) -> None:
    session.flush()
    extract.state = summary_of(held.state for held in holdings_of(session, extract))
    extract.ended_on = None if extract.state == LENT else extract.ended_on or on


def _copy_at(session: Session, extract: Extract, processor: Processor) -> Holding | None:
    wanted = (Holding.extract_id == extract.id, Holding.processor_id == processor.id)
    return session.scalar(select(Holding).where(*wanted))

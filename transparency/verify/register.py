"""The custody register as its events have it, compared with its rows: who holds what, since when, on what terms."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from custody.lifecycle import summary_of
from custody.models import Extract, Holding, RegisterEvent
from custody.register.history import FIELDS, values_of
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from custody.register.history import Thing
    from transparency.verify.damage import Report


def find_wrong_register(session: Session, report: Report) -> None:
    """Play the register's events again, in the order in which they were recorded."""
    said = _last_words(session)
    things: list[Thing] = []
    for kind in FIELDS:
        things += session.scalars(select(kind).order_by(kind.id))
    _find_removed(said, things, report)
    for thing in things:
        table = thing.__tablename__
        for name, is_now in values_of(thing).items():
            wanted = said.get((table, thing.id, name), is_now)
            if is_now != wanted:
                words = f"its {name} is {is_now!r}, the register's events came to {wanted!r}"
                report.add(Damage("register-differs", f"{table} {thing.id}", report.size, said=words))
    _find_wrong_sums(session, report)


def _find_removed(said: Mapping[tuple[str, int, str], Any], things: Sequence[Thing], report: Report) -> None:
    """Rows that events tell of and that are not there: nothing of the register is ever taken away."""
    there = {(thing.__tablename__, thing.id) for thing in things}
    for table, number in sorted({(table, number) for table, number, _ in said} - there):
        words = "the register's events tell of it, and it is not there"
        report.add(Damage("register-differs", f"{table} {number}", report.size, said=words))


def _last_words(session: Session) -> dict[tuple[str, int, str], Any]:
    """The last value of every field that an event ever told of."""
    said: dict[tuple[str, int, str], Any] = {}
    for event in session.scalars(select(RegisterEvent).order_by(RegisterEvent.id)):
        for name, (_, new) in event.changes.items():
            said[event.about, event.about_id, name] = new
    return said


def _find_wrong_sums(session: Session, report: Report) -> None:
    """What an extract's row says of its copies as a whole."""
    copies: dict[int, list[Holding]] = defaultdict(list)
    for copy in session.scalars(select(Holding)):
        copies[copy.extract_id].append(copy)
    for extract in session.scalars(select(Extract).order_by(Extract.id)):
        held = copies[extract.id]
        wanted = summary_of(one.state for one in held)
        holders = {one.processor_id for one in held}
        where = f"extracts {extract.id}"
        if held and extract.state != wanted:
            words = f"it is {extract.state}, its copies come to {wanted}"
            report.add(Damage("register-differs", where, report.size, said=words))
        if held and extract.processor_id is not None and extract.processor_id not in holders:
            words = f"processor {extract.processor_id} has no copy of it"
            report.add(Damage("register-differs", where, report.size, said=words))

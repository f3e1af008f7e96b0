"""The register as it is read: one line for each copy of an extract, as of any day; and which copies are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from custody.lifecycle import OVERDUE, standing
from custody.models import LENT, Extract, Holding, Processor
from custody.register.history import Past
from custody.register.processors import consent_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Line:
    """One copy of an extract on a day; ``processor`` is empty for an extract that was never lent.

    Attributes:
        chain: The holder and everybody above it, up to whom the carrier deals with.
        copied_from: Whose copy it was made from; empty when the carrier lent it.
        standing: lent, overdue, returned or erased, on that day.
        extract_contract: Under which kind of contract the extract was lent.
        contract_kind: Under which kind of contract the holder works for the one above it.
    """

    extract: str
    processor: str
    chain: tuple[str, ...]
    copied_from: str
    standing: str
    since: date | None
    due_on: date | None
    ended_on: date | None
    certificate_on: date | None
    certificate: str
    purpose: str
    columns: tuple[str, ...]
    size: int
    as_of: date
    medium: str
    recipient: str
    extract_contract: str
    contract_kind: str
    consent: str
    country: str
    contact: str

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: days as ISO texts."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: _text(value) for name, value in values.items()}


def register_on(session: Session, day: date, *, only: Collection[str] | None = None) -> list[Line]:
    """Every copy that existed on a day, ended ones too, and extracts that nobody held; by extract.

    Args:
        session: For reading.
        day: The register of this day.
        only: Names of extracts, when it is about some alone.
    """
    past = Past(session, day)
    known = select(Extract) if only is None else select(Extract).where(Extract.name.in_(only))
    with_both = (joinedload(Holding.extract), joinedload(Holding.processor), joinedload(Holding.source))
    copies = select(Holding).options(*with_both).order_by(Holding.id)
    if only is not None:
        copies = copies.join(Extract, Extract.id == Holding.extract_id).where(Extract.name.in_(only))
    held = session.scalars(copies).all()
    parents = _parents_on(session, past)
    lines = []
    lent: set[int] = set()
    for one in held:
        copy = past.values(one)
        since = _day(copy["since"] or one.since)
        if since is not None and since <= day:
            lent.add(one.extract_id)
            lines.append(_line(one.extract, one, copy, past, parents, day))
    unlent = (one for one in session.scalars(known) if one.id not in lent and one.as_of <= day)
    lines += [_line(extract, None, {}, past, parents, day) for extract in unlent]
    return sorted(lines, key=lambda line: line.extract)


def overdue_on(session: Session, day: date) -> list[Line]:
    """Copies whose due day has passed and that were neither returned nor erased, longest overdue first."""
    late = [line for line in register_on(session, day) if line.standing == OVERDUE]
    return sorted(late, key=lambda line: (line.due_on or day, line.extract))


def _line(
    extract: Extract,
    held: Holding | None,
    copy: Mapping[str, Any],
    past: Past,
    parents: Mapping[str, str],
    day: date,
) -> Line:
    about = past.values(extract)
    holder = past.values(held.processor) if held else {}
    due_on = _day(about["due_on"])
    name = held.processor.name if held else ""
    return Line(
        extract=extract.name,
        processor=name,
        chain=_chain(name, parents),
        copied_from=held.source.processor.name if held and held.source else "",
        standing=standing(copy.get("state") or LENT, due_on, day) if held else "",
        since=_day(copy.get("since")),
        due_on=due_on,
        ended_on=_day(copy.get("ended_on")),
        certificate_on=_day(copy.get("certificate_on")),
        certificate=copy.get("certificate") or "",
        purpose=about["purpose"] or "",
        columns=tuple(about["columns"] or ()),
        size=about["size"] or 0,
        as_of=_day(about["as_of"]) or extract.as_of,
        medium=about["medium"] or "",
        recipient=about["recipient"] or "",
        extract_contract=about["contract_kind"] or "",
        contract_kind=holder.get("contract_kind") or "",
        consent=consent_of(holder.get("consent")) if parents.get(name) else "",
        country=holder.get("country") or "",
        contact=holder.get("contact") or "",
    )


def _parents_on(session: Session, past: Past) -> dict[str, str]:
    """Who stood below whom on the day."""
    return {one.name: past.values(one)["parent"] or "" for one in session.scalars(select(Processor))}


def _chain(name: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    chain: list[str] = []
    while name and name not in chain:  # edges of different days, seen together, might close a circle
        chain.append(name)
        name = parents.get(name, "")
    return tuple(chain)


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value

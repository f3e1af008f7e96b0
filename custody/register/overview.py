"""The register as it is read: one line for each copy of an extract, as of any day; and which copies are overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from custody.lifecycle import OVERDUE, standing
from custody.models import LENT, Extract, Holding, Processor
from custody.register.history import FIELDS, Past
from custody.register.processors import consent_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from custody.register.history import Thing

PROCESSOR_COLUMNS: Final = ("id", "name", "parent_id", "contract_kind", "consent", "consent_on", "country", "contact")
EXTRACT_COLUMNS: Final = ("id", "name", *FIELDS[Extract])
HOLDING_COLUMNS: Final = ("id", "extract_id", "processor_id", "source_id", *FIELDS[Holding])


@dataclass(frozen=True, slots=True)
class Line:
    """One copy of an extract on a day; ``processor`` is empty for an extract that was never lent.

    Attributes:
        chain: The holder and everybody above it, up to whom the carrier deals with.
        copied_from: Whose copy it was made from; empty when the carrier lent it.
        standing: lent, overdue, returned or erased, on that day.
        extract_contract: Under which kind of contract the extract was lent.
        contract_kind: Under which kind of contract the holder works for the one above it.
        extract_id: The extract's number.
        processor_id: The holder's; none for an extract that was never lent.
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
    extract_id: int
    processor_id: int | None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: days as ISO texts."""
        values = {name: getattr(self, name) for name in self.__slots__ if name not in {"extract_id", "processor_id"}}
        return {name: _text(value) for name, value in values.items()}


def register_on(session: Session, day: date, *, only: Collection[str] | None = None) -> list[Line]:
    """Every copy that existed on a day, ended ones too, and extracts that nobody held; by extract.

    Args:
        session: For reading.
        day: The register of this day.
        only: Names of extracts, when it is about some alone.
    """
    mine = (Extract.name.in_(only),) if only is not None else ()
    extracts = {one["id"]: one for one in _rows(session, Extract, EXTRACT_COLUMNS, *mine)}
    past = Past(session, day, only=extracts if only is not None else None)
    processors = {one["id"]: one for one in _rows(session, Processor, PROCESSOR_COLUMNS)}
    for one in processors.values():
        above = processors.get(one["parent_id"])
        one["then"] = past.values(Processor, one["id"], {**_fields(Processor, one), "parent": above and above["name"]})
    parents = {one["name"]: one["then"]["parent"] or "" for one in processors.values()}
    for one in extracts.values():
        one["then"] = past.values(Extract, one["id"], _fields(Extract, one))
    copies = (Holding.extract_id.in_(extracts),) if only is not None else ()
    held = {one["id"]: one for one in _rows(session, Holding, HOLDING_COLUMNS, *copies)}
    lines, lent = [], set()
    for one in held.values():
        then = past.values(Holding, one["id"], _fields(Holding, one))
        since = _day(then["since"] or one["since"])
        if since is not None and since <= day:
            lent.add(one["extract_id"])
            source = held.get(one["source_id"])
            giver = processors[source["processor_id"]]["name"] if source else ""
            holder = processors[one["processor_id"]]
            lines.append(_line(extracts[one["extract_id"]], holder, then, giver, _chain(holder["name"], parents), day))
    unlent = (one for one in extracts.values() if one["id"] not in lent and one["as_of"] <= day)
    lines += [_line(one, None, {}, "", (), day) for one in unlent]
    return sorted(lines, key=lambda line: line.extract)


def _rows(session: Session, kind: type[Thing], columns: tuple[str, ...], *where: Any) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, by their numbers: of a long register objects would cost more than all the rest."""
    asked = select(*(getattr(kind, name) for name in columns)).where(*where).order_by(kind.id)
    return [dict(zip(columns, row, strict=True)) for row in session.execute(asked)]


def _fields(kind: type[Thing], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the register remembers of a row, as its events have it."""
    given = ((name, row[name]) for name in FIELDS[kind] if name in row)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given}


def overdue_on(session: Session, day: date) -> list[Line]:
    """Copies whose due day has passed and that were neither returned nor erased, longest overdue first."""
    late = [line for line in register_on(session, day) if line.standing == OVERDUE]
    return sorted(late, key=lambda line: (line.due_on or day, line.extract))


def _line(
    extract: Mapping[str, Any],
    holder: Mapping[str, Any] | None,
    copy: Mapping[str, Any],
    giver: str,
    chain: tuple[str, ...],
    day: date,
) -> Line:
    about, works = extract["then"], holder["then"] if holder else {}
    due_on = _day(about["due_on"])
    return Line(
        extract=extract["name"],
        processor=holder["name"] if holder else "",
        chain=chain,
        copied_from=giver,
        standing=standing(copy.get("state") or LENT, due_on, day) if holder else "",
        since=_day(copy.get("since")),
        due_on=due_on,
        ended_on=_day(copy.get("ended_on")),
        certificate_on=_day(copy.get("certificate_on")),
        certificate=copy.get("certificate") or "",
        purpose=about["purpose"] or "",
        columns=tuple(about["columns"] or ()),
        size=about["size"] or 0,
        as_of=_day(about["as_of"]) or extract["as_of"],
        medium=about["medium"] or "",
        recipient=about["recipient"] or "",
        extract_contract=about["contract_kind"] or "",
        contract_kind=works.get("contract_kind") or "",
        consent=consent_of(works.get("consent")) if works.get("parent") else "",
        country=works.get("country") or "",
        contact=works.get("contact") or "",
        extract_id=extract["id"],
        processor_id=holder["id"] if holder else None,
    )


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

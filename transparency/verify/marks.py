"""Stars, tags and comments: what stands now follows from the events that put them there and took them away."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.marks import COMMENT, STAR, TAG
from incidents.models import Event, MarkRow
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

_PUT: Final = {f"{kind}-put": kind for kind in (STAR, TAG, COMMENT)}
_TAKEN: Final = {f"{kind}-taken": kind for kind in (STAR, TAG)}


def find_wrong_marks(session: Session, report: Report) -> None:
    """Compare every mark with what its events came to: on what it is, what it says, whose it is, and since when."""
    by_place: dict[tuple[object, ...], Counter[tuple[object, ...]]] = {}
    asked = select(Event.kind, Event.data, Event.incident_id, Event.actor, Event.learned_at)
    for kind, data, incident_id, actor, at in session.execute(
        asked.where(Event.kind.in_([*_PUT, *_TAKEN])).order_by(Event.id)
    ):
        about = (data["about_kind"], data["about"], _PUT.get(kind) or _TAKEN[kind], data["text"])
        if kind in _PUT:
            by_place.setdefault(about, Counter())[incident_id, actor, at] += 1
        else:
            by_place.pop(about, None)
    told: Counter[tuple[object, ...]] = Counter(
        {(*about, *one): number for about, some in by_place.items() for one, number in some.items()}
    )
    there: Counter[tuple[object, ...]] = Counter(
        (row.about_kind, row.about, row.kind, row.text, row.incident_id, row.actor, row.at)
        for row in session.scalars(select(MarkRow))
    )
    for one in sorted(there - told, key=str):
        report.add(Damage("mark-differs", _named(one), report.size, said="no event tells of it as it is"))
    for one in sorted(told - there, key=str):
        report.add(Damage("mark-differs", _named(one), report.size, said="an event tells of one that is not there"))


def _named(mark: tuple[object, ...]) -> str:
    """What is marked; the words of a tag or a comment are nobody's business here."""
    about_kind, about, kind, *_ = mark
    return f"{kind} on {about_kind} {about}"

"""Whether posts are still where they were seen, and the watch over those that are part of incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, tuple_, update

from crawler.models import SeenMark, SeenPost
from crawler.record.patience import READ, WATCHED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

AT_ONCE: Final = 400

Where = tuple[str, str]
"""A source and an address there."""


@dataclass(frozen=True, slots=True)
class PostStanding:
    """A post as it was seen last.

    Attributes:
        looked_at: When it was seen there, or was found to be missing, last.
        gone_at: Since when it is missing; None while it is there.
        versions: How many different texts it has had.
    """

    source: str
    address: str
    entry: str
    looked_at: datetime
    gone_at: datetime | None
    versions: int


def standing_at(session: Session, places: Collection[Where]) -> dict[Where, PostStanding]:
    """How the posts at these places stand; nothing for places that no crawler reads again."""
    found: dict[Where, PostStanding] = {}
    for some in _pieces(list(dict.fromkeys(places))):
        at = tuple_(SeenPost.source, SeenPost.address).in_(some)
        for post in session.scalars(select(SeenPost).where(at)):
            found[post.source, post.address] = PostStanding(
                post.source, post.address, post.entry, post.gone_at or post.last_at, post.gone_at, post.versions
            )
    return found


@dataclass(frozen=True, slots=True)
class StandingTally:
    """How many places there are, and how they stand as they were seen last; of the others no crawler reads them again.

    ``looked_at`` is the last look at any of those that stand, ``gone_at`` when the last one went, ``gone_first_at``
    when the first one did.
    """

    places: int
    there: int
    gone: int
    looked_at: datetime | None
    gone_at: datetime | None
    gone_first_at: datetime | None


def tally(session: Session, places: Select[str, str]) -> StandingTally:
    """Count how the posts stand at the places that a question gives: each a source and an address."""
    asked = places.subquery()
    source, address = asked.c
    is_there, is_gone = SeenPost.gone_at.is_(None), SeenPost.gone_at.is_not(None)
    counted = select(
        func.count(), func.count().filter(is_there), func.count().filter(is_gone),
        func.max(SeenPost.last_at).filter(is_there), func.max(SeenPost.gone_at), func.min(SeenPost.gone_at),
    ).join_from(asked, SeenPost, (SeenPost.source == source) & (SeenPost.address == address))  # fmt: skip
    known, there, gone, *days = session.execute(counted).one()
    everywhere = session.scalar(select(func.count()).select_from(asked)) or 0
    return StandingTally(max(everywhere, known), there, gone, *days)


def watch(session: Session, standings: Collection[PostStanding], now: datetime) -> int:
    """Have the entries of these posts looked at again and again, politely, and no others; how many were not before."""
    entries = {(one.source, one.entry) for one in standings if one.gone_at is None}
    for row in session.scalars(select(SeenMark).where(SeenMark.revisit == WATCHED)):
        if (row.source, row.key) not in entries:
            row.revisit = "fading"
    begun = 0
    for some in _pieces(sorted(entries)):
        rows = (
            tuple_(SeenMark.source, SeenMark.key).in_(some), SeenMark.step != "", SeenMark.state == READ,
            SeenMark.revisit.not_in((WATCHED, "always")),
        )  # fmt: skip
        done = session.execute(update(SeenMark).where(*rows).values(revisit=WATCHED, next_at=now))
        begun += int(done.rowcount)  # type: ignore[attr-defined]  # an update's result has it
    return begun


def _pieces(places: Sequence[Where]) -> Iterator[Sequence[Where]]:
    for start in range(0, len(places), AT_ONCE):
        yield places[start : start + AT_ONCE]

"""Pictures of the places of a leak: which have none, and what is written down of those that were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.records import RecordPlace, read_content
from core.actors import SYSTEM
from core.errors import HinomiError
from incidents.groups import group_ids, root_of
from incidents.models import Event
from incidents.online.liveness import sighted_places
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace
    from incidents.online.liveness import SightedPlace

PICTURED, NOT_PICTURED = "pictured", "not-pictured"


class PictureError(HinomiError):
    """A picture is not in the archive as it was taken."""


def unpictured(session: Session, limit: int) -> list[SightedPlace]:
    """Places of open incidents on the web of which no picture was taken or tried."""
    places = [place for place in sighted_places(session) if place.address.startswith(("http://", "https://"))]
    known = set(session.scalars(select(Event.key).where(Event.kind.in_((PICTURED, NOT_PICTURED)))))
    return [place for place in places if _key(place) not in known][:limit]


def tell_picture(
    session: Session, place: SightedPlace, at: RecordPlace, sha256: str, size_bytes: int, *, now: datetime
) -> None:
    """Write down where a picture is, and its hash: the entry of the log that proves it."""
    data = {
        "address": place.address, "capture_id": place.capture_id, "sha256": sha256, "size_bytes": size_bytes,
        "warc_file": at.file, "warc_offset": at.offset,
    }  # fmt: skip
    _tell(session, place, PICTURED, data, now)


def tell_no_picture(session: Session, place: SightedPlace, reason: str, *, now: datetime) -> None:
    """Write down that none could be taken."""
    data = {"address": place.address, "capture_id": place.capture_id, "reason": reason}
    _tell(session, place, NOT_PICTURED, data, now)


def pictures_of(session: Session, incident_id: int) -> list[Event]:
    """What was written down of an incident's pictures, the oldest first."""
    ours = Event.incident_id.in_(group_ids(session, incident_id))
    return list(session.scalars(select(Event).where(ours, Event.kind == PICTURED).order_by(Event.id)))


def read_picture(folder: StoragePlace, event: Event) -> Iterator[bytes]:
    """The picture, in pieces.

    Raises:
        ArchiveError: Its file is missing or damaged.
    """
    yield from read_content([folder / event.data["warc_file"]], event.data["warc_offset"])


def _tell(session: Session, place: SightedPlace, kind: str, data: dict[str, object], now: datetime) -> None:
    incident_id = root_of(session, place.incident_id)
    add_event(
        session, kind, actor=SYSTEM, now=now, incident_id=incident_id, source=place.source, data=data, key=_key(place)
    )


def _key(place: SightedPlace) -> str:
    return f"picture:{place.capture_id}"

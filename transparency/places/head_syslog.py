"""Signed heads as lines of a syslog: where that is gathered elsewhere, as mostly, they are out of reach at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.logs import get_logger
from core.syslog import send_line
from transparency.models import LogHead

if TYPE_CHECKING:
    from core.database import Database

PREFIX: Final = "syslog:"
"""In the places of a head, before the address."""

log = get_logger()


def send_to_syslog(address: str, database: Database) -> bool:
    """Send the heads that were not sent there yet; whether it could be done."""
    place = f"{PREFIX}{address}"
    with database.read() as session:
        heads = session.scalars(select(LogHead).order_by(LogHead.size)).all()
    lacking = [head for head in heads if place not in head.places]
    try:
        for head in lacking:
            send_line(address, head_text(head))
    except OSError as error:
        log.warning("log.head_not_sent", address=address, reason=error.strerror or type(error).__name__)
        return False
    with database.write() as session:
        for head in lacking:
            row = session.get_one(LogHead, head.size)
            row.places = sorted({*row.places, place})
    return True


def head_text(head: LogHead) -> str:
    r"""A head in one line: its note with ``\n`` for each line's end, as `transparency.notes.read_notes` reads it."""
    return "signed head\\n" + head.note.strip().replace("\n", "\\n") + "\\n"

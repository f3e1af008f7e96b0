"""Lines for a SIEM: sign-ins, failures, looks, reveals, exports, what touches the record; JSON, each at least once.

One line an event, in the order of the log; ``id`` tells a line that came twice. No line holds a value of a customer, an
address of a leak or words that a person typed, but for the reason of a reveal.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.files import PRIVATE, write_safely
from core.syslog import send_line
from incidents.models import Event
from incidents.timeline.readings import READINGS, SIGN_INS
from transparency.models import LogLeaf

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from core.settings import Settings

VERSION: Final = 1
AT_ONCE: Final = 1000
POSITION_FILE: Final = "siem-position"
TOLD: Final = (
    *SIGN_INS,
    *READINGS,
    "root-cause",
    "root-cause-exported",
    "results-exported",
    "incident-exported",
    "values-exported",
    "misp-pushed",
    "records-exported",
    "settings-recorded",
    "settings-differ",
    "verification-asked",
    "verified",
    "verified-damaged",
    "backed-up",
    "restored",
)
"""Kinds of events that a SIEM is told of."""
_DATA: Final = (
    "client", "count", "document_id", "reason", "file", "sha256", "sha256_before", "leaves", "damaged", "first",
)  # fmt: skip
_SEVERITIES: Final = {
    "sign-in-failed": 6, "settings-differ": 8, "verified-damaged": 10, "revealed": 5, "names-revealed": 5,
    "numbers-revealed": 5, "numbers-listed": 5, "suspicions-revealed": 5, "root-cause-exported": 5,
    "results-exported": 5, "incident-exported": 5, "values-exported": 5, "misp-pushed": 5,
    "records-revealed": 5, "records-exported": 5, "line-revealed": 5,
    "backed-up": 5, "restored": 5,
}  # fmt: skip
"""From 0 to 10 as in CEF; what is not named here is 3."""
_USUAL: Final = 3


def is_set_up(settings: Settings) -> bool:
    """Whether anybody wants the lines."""
    return bool(settings.siem.file or settings.siem.syslog)


def has_lines(session: Session, settings: Settings) -> bool:
    """Whether there is any event in the log that was not looked at."""
    after = read_position(settings)
    return session.scalar(select(LogLeaf.position).where(LogLeaf.position > after).limit(1)) is not None


def send_lines(settings: Settings, database: Database) -> int:
    """Send what is new; gives how many lines that made.

    The place reached is noted after the lines are out: a crash in between sends some again, and leaves none out.

    Raises:
        OSError: The file or the syslog cannot be reached; everything is sent again next time.
    """
    sent = 0
    while True:
        with database.read() as session:
            last, lines = _lines(session, read_position(settings))
        if last is None:
            return sent
        _deliver(settings, lines)
        write_safely(_position_file(settings), b"%d\n" % last)
        sent += len(lines)


def read_position(settings: Settings) -> int:
    """The last leaf that was looked at; -1 before the first."""
    try:
        return int(_position_file(settings).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return -1


def _lines(session: Session, after: int) -> tuple[int | None, list[str]]:
    """The next leaves: the position of the last, and the lines of those that are told."""
    leaves = select(LogLeaf.position, LogLeaf.kind, LogLeaf.row_id).where(LogLeaf.position > after)
    rows = session.execute(leaves.order_by(LogLeaf.position).limit(AT_ONCE)).all()
    if not rows:
        return None, []
    ids = [row_id for _, kind, row_id in rows if kind == "event"]
    events = session.scalars(select(Event).where(Event.id.in_(ids), Event.kind.in_(TOLD)).order_by(Event.id))
    return rows[-1][0], [json.dumps(record_of(event), ensure_ascii=False) for event in events]


def record_of(event: Event) -> dict[str, Any]:
    """An event as a SIEM gets it; what it says nothing of is left out."""
    data: dict[str, Any] = {name: event.data[name] for name in _DATA if name in event.data}
    incident: dict[str, Any] = {"incident_id": event.incident_id} if event.incident_id is not None else {}
    return {
        "v": VERSION, "product": "hinomi", "id": event.id, "at": event.learned_at.isoformat(), "kind": event.kind,
        "severity": _SEVERITIES.get(event.kind, _USUAL), "actor": event.actor, **incident, **data,
    }  # fmt: skip


def _deliver(settings: Settings, lines: list[str]) -> None:
    if settings.siem.file and lines:
        path = settings.home / settings.siem.file
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
    if settings.siem.syslog:
        for line in lines:
            send_line(settings.siem.syslog, line)


def _position_file(settings: Settings) -> Path:
    return settings.home / POSITION_FILE

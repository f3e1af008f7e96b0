"""Moments as fields of forms have them: on the clocks where the carrier is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from core.clock import local
from incidents.errors import IncidentError

SHOWN = 40
"""Characters of what somebody typed that an error shows."""


def as_moment(given: str, zone: str) -> datetime | None:
    """A moment of a form; none of an empty field.

    Raises:
        IncidentError: It is no moment.
    """
    if not given.strip():
        return None
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        raise IncidentError("no_moment", value=given[:SHOWN]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def moment_field(at: datetime | str | None, zone: str) -> str:
    """A moment as a field of a form shows it; empty for none."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) and at else at
    return f"{local(moment, zone):%Y-%m-%dT%H:%M}" if isinstance(moment, datetime) else ""

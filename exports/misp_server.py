"""Telling a MISP server of incidents: events that it has are updated, others are added; never twice."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from exports.errors import ExportError, ExportFailedError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.settings import Settings


@dataclass(slots=True)
class MispAnswer:
    """What became of events at the server so far."""

    added: int = 0
    updated: int = 0


def push_file(settings: Settings, path: Path, now: datetime, answer: MispAnswer | None = None) -> MispAnswer:
    """Push the events of a file that the format ``misp`` wrote.

    Args:
        settings: The server, and what it is asked with.
        path: The file.
        now: When: a server takes a part of an event that it has where it is newer than its own.
        answer: Counts what the server took, for whoever wants to know where it did not take all.

    Raises:
        ExportError: No server is set up.
        ExportFailedError: It is not there, refuses us, or refuses an event.
    """
    from pymisp import MISPEvent, PyMISP
    from pymisp.exceptions import PyMISPError
    from requests import RequestException

    misp = settings.exports.misp
    if not misp.url or not misp.key.get_secret_value():
        raise ExportError("no_misp")
    logging.getLogger("pymisp").setLevel(logging.CRITICAL)  # its errors hold what was sent
    taken = answer or MispAnswer()
    try:
        server = PyMISP(
            misp.url, misp.key.get_secret_value(), ssl=str(settings.home / misp.ca_file) if misp.ca_file else True,
            timeout=misp.timeout_s, tool="Hinomi",
        )  # fmt: skip
        for one in _events(path):
            is_there = server.event_exists(one.get("Event", one)["uuid"])
            event = MISPEvent()
            event.load(_at(one, int(now.timestamp())) if is_there else one)
            said: Any = server.update_event(event) if is_there else server.add_event(event)
            if not isinstance(said, dict) or "errors" in said:
                raise ExportFailedError("misp_refused", url=misp.url, said=_refusal(said), **asdict(taken))
            taken.added, taken.updated = taken.added + (not is_there), taken.updated + is_there
    except (PyMISPError, RequestException) as error:
        raise ExportFailedError(
            "misp_unreachable", url=misp.url, error=type(error).__name__, **asdict(taken)
        ) from None  # fmt: skip
    return taken


def _events(path: Path) -> list[dict[str, Any]]:
    held = json.loads(path.read_bytes())
    found: list[dict[str, Any]] = held.get("response", [held])
    return found


def _at(part: Any, seconds: int) -> Any:
    """An event with all its parts as of a moment."""
    if isinstance(part, list):
        return [_at(one, seconds) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: seconds if name == "timestamp" else _at(one, seconds) for name, one in part.items()}


def _refusal(answer: Any) -> str:
    """The number of the refusal: its words may hold values."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return f"HTTP {errors[0]}" if isinstance(errors, tuple | list) and errors and isinstance(errors[0], int) else "–"

"""Telling a MISP server of incidents: events that it has are updated, others are added; never twice."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exports.errors import ExportError, ExportFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings


@dataclass(frozen=True, slots=True)
class MispAnswer:
    """What became of events at the server."""

    added: int
    updated: int


def push_file(settings: Settings, path: Path) -> MispAnswer:
    """Push the events of a file that the format ``misp`` wrote.

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
    added = updated = 0
    try:
        server = PyMISP(
            misp.url, misp.key.get_secret_value(), ssl=str(settings.home / misp.ca_file) if misp.ca_file else True,
            timeout=misp.timeout_s, tool="Hinomi",
        )  # fmt: skip
        for one in _events(path):
            event = MISPEvent()
            event.load(one)
            is_there = server.event_exists(event)
            answer: Any = server.update_event(event) if is_there else server.add_event(event)
            if not isinstance(answer, dict) or "errors" in answer:
                raise ExportFailedError("misp_refused", url=misp.url, said=_refusal(answer))
            added, updated = added + (not is_there), updated + is_there
    except (PyMISPError, RequestException) as error:
        raise ExportFailedError("misp_unreachable", url=misp.url, error=type(error).__name__) from None
    return MispAnswer(added, updated)


def _events(path: Path) -> list[dict[str, Any]]:
    held = json.loads(path.read_bytes())
    found: list[dict[str, Any]] = held.get("response", [held])
    return found


def _refusal(answer: Any) -> str:
    """The number of the refusal: its words may hold values."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return f"HTTP {errors[0]}" if isinstance(errors, tuple | list) and errors and isinstance(errors[0], int) else "–"

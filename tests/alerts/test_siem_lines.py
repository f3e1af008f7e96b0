"""Lines for a SIEM: each event that concerns it at least once, in order, over a real file and a real socket."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from alerts.siem_lines import POSITION_FILE, TOLD, has_lines, send_lines
from core.settings import load_settings
from core.texts import load_texts
from incidents.timeline.events import add_event
from tests.actors import by
from tests.incidents.makers import NOW
from transparency.sequencer import append_waiting

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings


@pytest.fixture
def siem(home: Path, database_url: str) -> Settings:
    """Settings with a file for lines."""
    return load_settings(home, database={"url": database_url}, siem={"file": "siem/hinomi.jsonl"})


def write(database: Database, clock: SetClock, *events: tuple[str, dict[str, Any]]) -> None:
    with database.write() as session:
        for kind, data in events:
            add_event(session, kind, actor=by("鈴木"), now=NOW, data=data)
    append_waiting(database, clock)


def lines(settings: Settings) -> list[dict[str, Any]]:
    path = settings.home / settings.siem.file
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_what_concerns_a_siem_is_told_once_and_in_order_and_nothing_else(
    siem: Settings, database: Database, clock: SetClock
) -> None:
    write(database, clock, ("signed-in", {"client": "127.0.0.1"}), ("note", {"text": "佐伯 090-0000-4127"}))
    write(database, clock, ("revealed", {"document_id": 7, "reason": "訴訟", "address": "http://x.invalid/"}))
    assert send_lines(siem, database) == 2
    assert send_lines(siem, database) == 0
    assert [line["kind"] for line in lines(siem)] == ["signed-in", "revealed"]
    assert lines(siem)[1] == {
        "v": 1, "product": "hinomi", "id": 3, "at": NOW.isoformat(), "kind": "revealed", "severity": 5,
        "actor": "鈴木", "document_id": 7, "reason": "訴訟",
    }  # fmt: skip
    assert (siem.home / siem.siem.file).stat().st_mode & 0o077 == 0


def test_after_a_crash_lines_come_again_and_none_is_missing(
    siem: Settings, database: Database, clock: SetClock
) -> None:
    write(database, clock, ("sign-in-failed", {"count": 1}))
    send_lines(siem, database)
    (siem.home / POSITION_FILE).unlink()  # as if the process had died before it noted how far it was
    write(database, clock, ("sign-in-failed", {"count": 2}))
    send_lines(siem, database)
    assert [line["id"] for line in lines(siem)] == [1, 1, 2]
    with database.read() as session:
        assert not has_lines(session, siem)


def test_a_syslog_gets_them_too(home: Path, database_url: str, database: Database, clock: SetClock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        address = f"syslog://127.0.0.1:{listening.getsockname()[1]}"
        settings = load_settings(home, database={"url": database_url}, siem={"syslog": address})
        write(database, clock, ("verified-damaged", {"damaged": 1, "leaves": 9, "first": "row-edited: event 2"}))
        assert send_lines(settings, database) == 1
        received = listening.recv(65536).decode()
    assert received.startswith("<85>hinomi: {")
    assert json.loads(received.split("hinomi: ", 1)[1])["severity"] == 10


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_that_is_told_has_words(language: str) -> None:
    texts = load_texts("incidents", language)
    assert [kind for kind in TOLD if f"kind.{kind}" not in texts or f"event.{kind}" not in texts] == []

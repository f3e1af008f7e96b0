"""Logs: only what is allowed gets through, from us and from libraries."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from core.logs import configure_logs, get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANTED = "090-0000-1234"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    made = io.StringIO()
    configure_logs(made, "DEBUG")
    yield made
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_allowed_fields_pass_and_others_are_dropped_and_counted(stream: io.StringIO) -> None:
    get_logger().info("sweep.finished", source="board", documents=3, body=PLANTED, author="架空一郎")
    line = json.loads(stream.getvalue())
    assert line["event"] == "sweep.finished"
    assert (line["source"], line["documents"], line["dropped_fields"]) == ("board", 3, 2)
    assert PLANTED not in stream.getvalue()


def test_an_exception_shows_its_class_and_never_its_text(stream: io.StringIO) -> None:
    try:
        int(PLANTED)
    except ValueError:
        get_logger().exception("match.failed", document_id=7)
        logging.getLogger("somebody.else").exception("cannot parse %s", PLANTED)
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert ours["error"] == theirs["error"] == "ValueError"
    assert theirs["template"] == "cannot parse %s"
    assert PLANTED not in stream.getvalue()


def test_a_library_message_built_beforehand_shows_its_length_alone(stream: io.StringIO) -> None:
    logging.getLogger("slack_sdk").warning("Sending a request: " + PLANTED)  # noqa: G003  # as libraries do
    assert PLANTED not in stream.getvalue()
    assert json.loads(stream.getvalue())["template"] == "(32 characters)"


def test_no_record_is_written_before_it_is_known_how(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = threading.Barrier(8)
    configure = structlog.configure

    def slowly(**given: Any) -> None:
        time.sleep(0.1)  # another thread has its turn in the middle
        configure(**given)

    monkeypatch.setattr(structlog, "configure", slowly)

    def speak() -> None:
        everyone.wait()
        get_logger().info("sweep.finished", body=PLANTED)

    threads = [threading.Thread(target=speak) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(line)["dropped_fields"] for line in stream.getvalue().splitlines()] == [1] * 8
    assert capsys.readouterr() == ("", "")

"""Logs: only what is allowed gets through, from us and from libraries."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

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

"""What a running service says: JSON for machines, sentences for people, and a log that does not grow for ever."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cli.context import Context
from cli.main import hinomi
from cli.watch.service_log import FILE, sentence_of, service_log
from core.logs import RotatedLog, get_logger
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_at_a_terminal_people_read_sentences_and_the_json_goes_to_a_file(home: Path) -> None:
    ctx, shown = Context(str(home)), io.StringIO()
    ctx.talk = Console(file=shown, force_terminal=True, width=200, highlight=False)
    with service_log(ctx, "auto"):
        get_logger().info("alert.sent", message_id=7, channel="slack")
        get_logger().info("job.ended", job="sweep:board", state="done")
        get_logger().info("job.ended", job="match", state="done")
        get_logger().warning("page.unreadable", source="board", nonsense="secret")
    lines = [json.loads(line) for line in (home / FILE).read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["alert.sent", "job.ended", "job.ended", "page.unreadable"]
    said = shown.getvalue()
    assert "alert 7 went out over slack" in said
    assert "sweep:board: done" in said
    assert "page.unreadable" in said
    assert "{" not in said
    assert "secret" not in said
    assert (home / FILE).stat().st_mode & 0o777 == 0o600


def test_asked_for_json_or_without_a_terminal_stderr_is_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ctx = Context(str(home))
    for is_terminal, log_format in ((True, "json"), (False, "auto")):
        ctx.talk = Console(file=io.StringIO(), force_terminal=is_terminal)
        with service_log(ctx, log_format):
            get_logger().info("alert.sent", message_id=7, channel="slack")
        assert json.loads(capsys.readouterr().err)["event"] == "alert.sent"
    assert not (home / FILE).exists()


def test_what_only_machines_want_is_nothing_to_people() -> None:
    assert sentence_of({"event": "job.ended", "job": "match", "level": "info"}, "10:00:00") == ""
    assert "job.failed" not in sentence_of({"event": "job.failed", "job": "match", "level": "warning"}, "10:00:00")


@given(st.lists(st.text("abc", min_size=1, max_size=30), max_size=40), st.integers(10, 100), st.integers(1, 3))
def test_a_rotated_log_keeps_the_latest_lines_whole_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], largest: int, kept: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "logs" / "a.log"
    log = RotatedLog(path, largest=largest, kept=kept)
    for line in lines:
        log.write(line + "\n")
    log.close()
    files = [*(path.with_name(f"a.log.{number}") for number in range(kept, 0, -1)), path]
    left = [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").splitlines()]
    assert left == lines[len(lines) - len(left) :]
    assert len(list(path.parent.iterdir())) <= kept + 1
    assert all(file.stat().st_size <= largest + 31 for file in path.parent.iterdir())
    assert len(left) == len(lines) or sum(len(line) + 1 for line in left) > largest * kept


def test_a_service_at_a_real_terminal_shows_no_json(tmp_path: Path) -> None:
    home = tmp_path / "home"
    CliRunner().invoke(hinomi, ["--home", str(home), "init"])
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0"]
    with ended(subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs)) as service:
        os.close(theirs)
        said = b""
        try:
            while b"Ctrl-C" not in said:
                said += os.read(ours, 4096)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait()
    os.close(ours)
    assert b'{"' not in said
    assert b"scheduler.started" in (home / FILE).read_bytes()

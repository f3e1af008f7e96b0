"""Real processes, really killed: between Slack's accepting a message and our recording it, and two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Message
from tests.incidents.makers import Leaked, repost, take

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database
    from tests.alerts.conftest import FakeSlack

pytestmark = pytest.mark.slow

LEAK = Leaked("a list", tuple(range(30)))


@pytest.fixture
def command(home: Path, database_url: str, slack: FakeSlack) -> tuple[list[str], dict[str, str]]:
    """`hinomi alerts deliver`, set up for the fake Slack."""
    settings = slack.settings()["slack"]
    environment = os.environ | {
        "HINOMI_DATABASE__URL": database_url,
        "HINOMI_ALERTS__SLACK__TOKEN": settings["token"],
        "HINOMI_ALERTS__SLACK__CHANNEL": settings["channel"],
        "HINOMI_ALERTS__SLACK__BASE_URL": settings["base_url"],
    }
    return [sys.executable, "-m", "cli", "--home", str(home), "alerts", "deliver", "--json"], environment


@pytest.mark.parametrize("what", ["parent", "reply"])
def test_a_kill_between_accepted_and_recorded_posts_nothing_twice(
    database: Database, slack: FakeSlack, command: tuple[list[str], dict[str, str]], what: str
) -> None:
    arguments, environment = command
    take(database, LEAK)
    if what == "reply":
        subprocess.run(arguments, env=environment, check=True, capture_output=True)
        repost(database, LEAK.content, source="forum", address="http://forum.invalid/1")
    before = len(slack.messages)
    slack.misbehave("chat.postMessage", "hold")
    victim = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while len(slack.messages) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert len(slack.messages) == before + 1
    with database.read() as session:
        assert "sending" in list(session.scalars(select(Message.state)))

    done = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["waiting"] == 0
    assert len(slack.messages) == before + 1
    with database.read() as session:
        assert set(session.scalars(select(Message.state))) == {"sent"}


def test_two_deliveries_at_once_post_each_message_once(
    database: Database, slack: FakeSlack, command: tuple[list[str], dict[str, str]]
) -> None:
    arguments, environment = command
    for number in range(8):
        take(database, Leaked(f"list {number}", tuple(range(number * 100, number * 100 + 20))))
    both = [
        subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(120) for process in both] == [0, 0]
    assert len(slack.messages) == 8

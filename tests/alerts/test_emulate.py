"""Slack as somebody else built it: the npm package emulate, version 0.11.2, where Node is present.

It is stateful (posts, threads, updates, metadata, history) and knows nothing of us; what it lacks, rate limits and
broken connections and strict blocks, is in `test_slack`. `./run test` installs it under .targets/emulate.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.delivery import open_post
from incidents import actions
from tests.actors import by
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import NOW, Leaked, repost, take
from tests.servers.ports import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from core.database import Database

PACKAGE = Path(__file__).parents[2] / ".targets" / "emulate" / "node_modules" / "emulate"
VERSION = "0.11.2"
TOKEN = "xoxb-made-up"
LEAK = Leaked("a list", tuple(range(30)))


def _missing() -> str:
    if not shutil.which("node"):
        return "Node is not installed"
    if not (PACKAGE / "package.json").is_file():
        return "emulate is not installed: `./run test` does it where npm is present"
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    return "" if version == VERSION else f"emulate {version} is not {VERSION}"


@pytest.fixture
def emulate() -> Iterator[str]:
    """The address of its Web API."""
    if reason := _missing():
        if os.environ.get("CI") and shutil.which("npm"):
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    entry = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["bin"]["emulate"]
    command = ["node", str(PACKAGE / entry), "start", "--service", "slack", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PACKAGE)
    wait_for_port(port, is_alive=server)
    yield f"http://127.0.0.1:{port}/api/"
    server.terminate()
    server.wait()


def call(api: str, method: str, **given: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(api + method, json.dumps(given).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        said: dict[str, Any] = json.load(answer)
    assert said["ok"], said
    return said


@pytest.fixture
def channel(emulate: str) -> str:
    """The id of its channel for everybody."""
    return str(call(emulate, "conversations.list")["channels"][0]["id"])


@pytest.fixture
def post(database: Database, home: Path, clock: SetClock, emulate: str, channel: str) -> PostRoom:
    """Delivery to it."""
    slack = {"token": TOKEN, "channel": channel, "base_url": emulate, "app_token": "xapp-made-up"}  # so with buttons
    return open_post(make_settings(home, {"slack": slack}), database, clock)


def test_an_incident_is_told_updated_and_threaded(post: PostRoom, emulate: str, channel: str) -> None:
    take(post.database, LEAK)
    run(post)
    repost(post.database, LEAK.content, source="forum", address="http://forum.invalid/1")
    with post.database.write() as session:
        actions.act(session, 1, "confirm-owner", actor=by("suzuki"), now=NOW)
    run(post)
    (parent,) = [m for m in call(emulate, "conversations.history", channel=channel)["messages"] if m.get("blocks")]
    assert "確認済み" in json.dumps(parent["blocks"], ensure_ascii=False)
    buttons = [one for block in parent["blocks"] if block["type"] == "actions" for one in block["elements"]]
    assert {"hinomi-acknowledge", "hinomi-dismiss"} <= {one["action_id"] for one in buttons}
    replies = call(emulate, "conversations.replies", channel=channel, ts=parent["ts"])["messages"]
    assert ["同じ文書がまた載った" in message["text"] for message in replies] == [False, True]


def test_what_arrived_unrecorded_is_found_by_its_metadata(post: PostRoom, emulate: str, channel: str) -> None:
    from alerts.delivery import _begin
    from alerts.models import Message
    from alerts.outbox import enqueue

    take(post.database, LEAK)
    with post.database.write() as session:
        enqueue(session, post.channels[0], post.wording, now=post.clock.now())
    begun = _begin(post, 1)
    assert begun
    post.channels[0].send(begun[0])  # accepted, and then the process died
    assert run(post).sent == 1
    posts = [m for m in call(emulate, "conversations.history", channel=channel)["messages"] if m.get("blocks")]
    assert len(posts) == 1
    with post.database.read() as session:
        assert session.get_one(Message, 1).reference == posts[0]["ts"]

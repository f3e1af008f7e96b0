"""A fake Slack and a receiver of webhooks in child processes, and what is needed to deliver to them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.delivery import Delivered, PostRoom, deliver, open_post
from core.settings import load_settings
from tests.alerts import fake_slack, receiver
from tests.servers.ports import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings


class FakeSlack:
    """The test's view of the server."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def state(self) -> dict[str, Any]:
        """Everything it accepted, and the methods that were called."""
        with urllib.request.urlopen(f"{self.url}/state") as answer:
            state: dict[str, Any] = json.load(answer)
        return state

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What stands in the channel."""
        found: list[dict[str, Any]] = self.state()["messages"]
        return found

    @property
    def parents(self) -> list[dict[str, Any]]:
        """What stands in the channel itself."""
        return [message for message in self.messages if "thread_ts" not in message]

    @property
    def replies(self) -> list[dict[str, Any]]:
        """What stands in threads."""
        return [message for message in self.messages if "thread_ts" in message]

    def misbehave(self, method: str, how: str, times: int = 1) -> None:
        """See `fake_slack`."""
        self._post("misbehave", {"method": method, "how": how, "times": times})

    def delete(self, ts: str) -> None:
        """A person deletes a message."""
        self._post("api/chat.delete", {"ts": ts})

    def settings(self) -> dict[str, Any]:
        """``alerts`` settings that point at it."""
        return {"slack": {"token": "xoxb-made-up", "channel": fake_slack.CHANNEL, "base_url": f"{self.url}/api/"}}

    def _post(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer xoxb-made-up"}
        request = urllib.request.Request(f"{self.url}/{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            answer.read()


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A fresh fake Slack."""
    port = free_port()
    server = subprocess.Popen([sys.executable, Path(fake_slack.__file__), str(port)])
    wait_for_port(port, is_alive=server)
    yield FakeSlack(port)
    server.kill()
    server.wait()


class Hooked:
    """The test's view of the receiver."""

    SECRET = "a secret that both sides know"

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The requests that it took."""
        with urllib.request.urlopen(f"{self.url}/state") as answer:
            taken: list[dict[str, Any]] = json.load(answer)
        return taken

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The messages in them."""
        return [json.loads(request["body"]) for request in self.taken]

    def misbehave(self, how: str, times: int = 1) -> None:
        """See `receiver`."""
        wish = json.dumps({"how": how, "times": times}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/misbehave", wish)) as answer:
            answer.read()

    def settings(self, way: str) -> dict[str, Any]:
        """``alerts`` settings that point at it: of ``teams`` or ``webhook``."""
        ways = {"teams": {"url": f"{self.url}/teams?sig=sesame"}}
        return {way: ways.get(way, {"url": f"{self.url}/hook", "secret": self.SECRET})}


@pytest.fixture
def hooked() -> Iterator[Hooked]:
    """A fresh receiver."""
    port = free_port()
    server = subprocess.Popen([sys.executable, Path(receiver.__file__), str(port)])
    wait_for_port(port, is_alive=server)
    yield Hooked(port)
    server.kill()
    server.wait()


def make_settings(home: Path, alerts: dict[str, Any], **others: Any) -> Settings:
    """Settings with these alerts."""
    return load_settings(home, alerts=alerts, web={"public_url": "https://hinomi.carrier.example"}, **others)


@pytest.fixture
def post(database: Database, home: Path, clock: Clock, slack: FakeSlack) -> PostRoom:
    """Delivery to the fake Slack."""
    return open_post(make_settings(home, slack.settings()), database, clock)


def run(post: PostRoom, times: int = 1) -> Delivered:
    """Deliver, and give what the last run did."""
    for _ in range(times - 1):
        deliver(post)
    return deliver(post)

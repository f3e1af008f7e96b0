"""Slack's buttons, over a real socket to a server of ours: who may, once, and with the answer before the work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.delivery import open_post
from alerts.replies.deeds import Desk
from alerts.replies.hand import Hand
from core.actors import SYSTEM
from people.accounts import add_account
from tests.alerts.conftest import FakeSlack, make_settings, run
from tests.alerts.fake_slack import CHANNEL
from tests.incidents.makers import NOW, Leaked, event_kinds, take
from tests.servers.ports import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from core.database import Database

REPOSITORY = Path(__file__).parents[3]
LEAK = Leaked("a list", tuple(range(30)))
PATIENCE_S = 60


class SocketSlack(FakeSlack):
    """The test's view of a Slack with sockets."""

    @property
    def order(self) -> list[tuple[str, str]]:
        """What happened, in its order."""
        with urllib.request.urlopen(f"{self.url}/order") as answer:
            return [(what, about) for what, about in json.load(answer)["order"]]

    @property
    def told(self) -> list[str]:
        """What single people were told."""
        return [about for what, about in self.order if what == "told"]

    def press(self, deed: str, *, user: str = "U1", number: str = "1", at: str = "1.5", **others: Any) -> None:
        """Somebody presses a button."""
        action = {"type": "button", "action_id": f"hinomi-{deed}", "value": number, "action_ts": at}
        message = {"ts": self.parents[0]["ts"]}
        payload = {"type": "block_actions", "actions": [action], "message": message, "trigger_id": "expired"}
        self.send(payload | others, user=user, name=f"{deed}-{at}")

    def send(self, payload: dict[str, Any], *, user: str = "U1", name: str) -> None:
        """Something comes down the socket."""
        whole = {"user": {"id": user}, "team": {"id": "T1"}, "channel": {"id": CHANNEL}} | payload
        envelope = {"type": "interactive", "envelope_id": name, "payload": whole, "accepts_response_payload": False}
        self._post("press", {"envelope": envelope})

    def cut(self) -> None:
        """Every socket closes."""
        self._post("cut", {})

    def mark(self, name: str) -> None:
        """Write something of the test's into the order."""
        self._post("mark", {"name": name})


def wait_for(happened: Callable[[], bool]) -> None:
    """Return when it has happened."""
    for _ in range(PATIENCE_S * 20):
        if happened():
            return
        time.sleep(0.05)
    raise TimeoutError


@pytest.fixture
def slack() -> Iterator[SocketSlack]:
    """A fresh one."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.servers.slack_socket", str(port)], cwd=REPOSITORY)
    wait_for_port(port, is_alive=server)
    yield SocketSlack(port)
    server.kill()
    server.wait()


@pytest.fixture
def post(database: Database, home: Path, clock: SetClock, slack: SocketSlack) -> Iterator[PostRoom]:
    """An alert is out, people are linked, and Hinomi listens."""
    alerts = slack.settings()
    alerts["slack"]["app_token"] = "xapp-made-up"
    settings = make_settings(home, alerts)
    with database.write() as session:
        add_account(session, "hana", roles=["responder"], actor=SYSTEM, now=NOW, slack="U1", language="en")
        add_account(session, "audit", roles=["auditor"], actor=SYSTEM, now=NOW, slack="U2", language="en")
        add_account(session, "goro", roles=["responder"], actor=SYSTEM, now=NOW, slack="U3", language="ja")
    post = open_post(settings, database, clock)
    take(database, LEAK)
    run(post)
    hand = Hand(Desk(database, settings, clock), look_s=0.2)
    hand.start()
    wait_for(lambda: ("connected", "") in slack.order)
    yield post
    hand.stop()


def test_an_acknowledgement_shows_in_the_parent_message_with_who_gave_it(post: PostRoom, slack: SocketSlack) -> None:
    slack.press("acknowledge")
    wait_for(lambda: bool(slack.told))
    assert slack.told == ["U1: Incident 1: acknowledged. Thank you."]
    run(post)
    assert "hana" in json.dumps(slack.parents[0]["blocks"])
    assert "hana" in slack.replies[-1]["text"]


def test_what_slack_delivers_twice_happens_once(post: PostRoom, slack: SocketSlack) -> None:
    for _ in range(3):
        slack.press("acknowledge")
    slack.press("mine", at="9.9")
    wait_for(lambda: "U1: Incident 1 is yours now." in slack.told)
    assert event_kinds(post.database).count("acknowledged") == 1
    assert len(slack.told) == 2


def test_slack_has_its_answer_while_the_database_hangs(post: PostRoom, slack: SocketSlack) -> None:
    with post.database.write():
        slack.press("acknowledge")
        wait_for(lambda: ("ack", "acknowledge-1.5") in slack.order)
        slack.mark("released")
    wait_for(lambda: bool(slack.told))
    happened = slack.order
    assert happened.index(("ack", "acknowledge-1.5")) < happened.index(("mark", "released"))
    assert event_kinds(post.database).count("acknowledged") == 1


def test_a_socket_that_closes_is_opened_anew(post: PostRoom, slack: SocketSlack) -> None:
    slack.cut()
    wait_for(lambda: slack.order.count(("connected", "")) > 1)
    slack.press("confirm")
    wait_for(lambda: bool(slack.told))
    assert "confirm-csirt" in event_kinds(post.database)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": "U9"}, "hinomi people set"),
        ({"user": "U2"}, "takes one of these roles"),
        ({"number": "2"}, "no alert of Hinomi's"),
        ({"channel": {"id": "C999"}}, "no alert of Hinomi's"),
        ({"message": {"ts": "1.1"}}, "no alert of Hinomi's"),
    ],
)
def test_strangers_wrong_roles_and_other_messages_change_nothing(
    post: PostRoom, slack: SocketSlack, given: dict[str, Any], said: str
) -> None:
    before = event_kinds(post.database)
    slack.press("acknowledge", **given)
    wait_for(lambda: bool(slack.told))
    text = slack.told[0]
    assert said in text or "U9: Slack" in text  # who has no account is spoken to in the language of the house
    assert event_kinds(post.database) == before


def test_a_trigger_that_ran_out_asks_to_press_again(post: PostRoom, slack: SocketSlack) -> None:
    slack.press("dismiss")
    wait_for(lambda: bool(slack.told))
    assert "もう一度" in slack.told[0]
    assert "dismiss" not in event_kinds(post.database)


def test_a_confirmed_incident_is_dismissed_by_two(post: PostRoom, slack: SocketSlack) -> None:
    slack.press("confirm")
    wait_for(lambda: bool(slack.told))
    state = {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "made-up list"}}}}
    place = f"1 {CHANNEL} {slack.parents[0]['ts']}"
    view = {"id": "V1", "type": "modal", "callback_id": "hinomi-dismissal", "private_metadata": place, "state": state}
    slack.send({"type": "view_submission", "view": view}, name="dialog")
    wait_for(lambda: len(slack.told) > 1)
    kinds = event_kinds(post.database)
    assert "approval-asked" in kinds
    assert "dismiss" not in kinds


def test_a_message_of_the_thread_becomes_a_note_by_the_shortcut_alone(post: PostRoom, slack: SocketSlack) -> None:
    message = {"ts": "5.5", "thread_ts": slack.parents[0]["ts"], "text": "called the processor"}
    shortcut = {"type": "message_action", "callback_id": "hinomi-note", "message": message, "trigger_id": "t"}
    slack.send(shortcut, name="note")
    wait_for(lambda: bool(slack.told))
    assert event_kinds(post.database).count("note") == 1

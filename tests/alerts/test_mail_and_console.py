"""Mail stands in for Slack while it keeps failing; the console is there when nothing else is."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from alerts.channels import open_channels
from alerts.delivery import open_post
from alerts.escalations import escalate
from alerts.models import SENT, SUPERSEDED
from alerts.on_call import Ladder, Rung
from alerts.outbox import has_due, list_messages
from core.settings import load_settings
from tests.alerts.conftest import make_settings, run
from tests.incidents.makers import Leaked, repost, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from tests.alerts.conftest import FakeSlack

LEAK = Leaked("a list", tuple(range(30)))


class _Smtp(socketserver.StreamRequestHandler):
    """As much of a mail server as smtplib needs; ``drops`` says how often it hangs up after taking a mail."""

    mails: ClassVar[list[bytes]] = []
    drops: ClassVar[list[bool]] = []

    def handle(self) -> None:
        """One conversation."""
        self.wfile.write(b"220 mail.invalid\r\n")
        while line := self.rfile.readline().upper():
            if line.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                if self.drops:
                    self.drops.pop()
                    return
            self.wfile.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 fine\r\n")


@pytest.fixture
def mail_server() -> Iterator[dict[str, Any]]:
    """Mail settings that point at a server in a thread."""
    _Smtp.mails.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield {
            "host": "127.0.0.1", "port": server.server_address[1], "starttls": False,
            "sender": "hinomi@carrier.example", "recipients": ["csirt@carrier.example", "owner@carrier.example"],
        }  # fmt: skip
        server.shutdown()


def mails() -> list[Any]:
    return [email.message_from_bytes(mail, policy=email.policy.default) for mail in _Smtp.mails]


def test_a_step_of_the_on_call_list_is_mailed_to_its_addresses_once_though_slack_carries_the_alerts(
    database: Database, home: Path, clock: SetClock, slack: FakeSlack, mail_server: dict[str, Any]
) -> None:
    post = open_post(make_settings(home, {**slack.settings(), "mail": mail_server}), database, clock)
    take(database, LEAK)
    run(post)
    step = Rung(after_minutes=10, mail=("night@carrier.example",), severities=("low", "medium", "high", "critical"))
    clock.advance(timedelta(minutes=11))
    with database.write() as session:
        assert escalate(session, Ladder(step=(step,)), now=clock.now()) == 1
    for _ in range(3):
        run(post)
    (mail,) = mails()
    assert mail["To"] == "night@carrier.example"
    assert "事案 1" in mail["Subject"]
    assert "/incidents/1" in mail.get_content()
    assert len(slack.replies) == 1, "the thread tells it too"


def test_mail_carries_the_alerts_where_slack_is_not_set_up(
    database: Database, home: Path, clock: SetClock, mail_server: dict[str, Any]
) -> None:
    post = open_post(make_settings(home, {"mail": mail_server}), database, clock)
    take(database, LEAK)
    run(post)
    repost(database, LEAK.content, source="forum", address="http://forum.invalid/1")
    run(post)
    first, second = mails()
    assert "30 人" in first.get_content()
    assert "https://hinomi.carrier.example/incidents/1" in first.get_content()
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["To"] == "csirt@carrier.example, owner@carrier.example"


def test_a_mail_sent_again_keeps_its_id(
    database: Database, home: Path, clock: SetClock, mail_server: dict[str, Any]
) -> None:
    post = open_post(make_settings(home, {"mail": mail_server}), database, clock)
    take(database, LEAK)
    _Smtp.drops.append(True)
    for _ in range(2):
        run(post)
        clock.advance(timedelta(minutes=1))
    first, second = mails()
    assert first["Message-ID"] == second["Message-ID"]


def test_mail_stands_in_when_slack_keeps_failing_and_slack_is_told_in_the_end(
    database: Database, home: Path, clock: SetClock, slack: FakeSlack, mail_server: dict[str, Any]
) -> None:
    post = open_post(make_settings(home, slack.settings() | {"mail": mail_server}), database, clock)
    take(database, LEAK)
    slack.misbehave("chat.postMessage", "account_inactive", 4)
    sent_after = []
    for _ in range(6):
        run(post)
        sent_after.append(len(mails()))
        clock.advance(timedelta(minutes=10))
    assert sent_after == [0, 0, 1, 1, 1, 1]
    assert len(slack.messages) == 1


def test_the_console_is_there_when_nothing_is_set_up(
    database: Database, home: Path, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(home)
    assert [channel.name for channel in open_channels(settings)] == ["console"]
    post = open_post(settings, database, clock)
    take(database, LEAK)
    run(post, 2)
    repost(database, LEAK.content, source="forum", address="http://forum.invalid/1")
    run(post, 2)
    said = capsys.readouterr().err
    assert said.count("事案 1：") == 2
    assert said.count("同じ文書がまた載った") == 1
    assert "http://127.0.0.1:8470/incidents/1" in said


def test_what_waits_for_a_channel_that_is_gone_is_told_by_the_one_that_came(
    database: Database, home: Path, clock: SetClock, slack: FakeSlack, mail_server: dict[str, Any]
) -> None:
    take(database, LEAK)
    slack.misbehave("chat.postMessage", "account_inactive", 1)
    run(open_post(make_settings(home, slack.settings()), database, clock))
    post = open_post(make_settings(home, {"mail": mail_server}), database, clock)
    assert run(post).waiting == 0
    (told,) = mails()
    assert "30 人" in told.get_content()
    with database.read() as session:
        assert not has_due(session, post.channels, now=clock.now())
        assert [(one.channel, one.state) for one in list_messages(session)] == [("mail", SENT), ("slack", SUPERSEDED)]

"""Messages that are one HTTP request each: what they say, how they are signed, and that each is taken in the end."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import string
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from alerts.channels import open_channels
from alerts.channels.teams import TeamsChannel
from alerts.channels.webhook import signature
from alerts.delivery import open_post
from alerts.errors import InvalidMessageError
from alerts.http_post import patience_s
from alerts.messages import Notice
from alerts.outbox import list_messages
from core.clock import SetClock
from core.logs import configure_logs
from core.sections.alerts import TeamsSettings
from core.settings import SettingsError, load_settings
from incidents import actions
from tests.actors import by
from tests.alerts.conftest import Hooked, make_settings, run
from tests.incidents.makers import NOW, Leaked, repost, take

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.database import Database
    from tests.alerts.conftest import FakeSlack

LEAK = Leaked("a list", tuple(range(30)))
LINK = "https://hinomi.carrier.example/incidents/1"
WAYS = ["teams", "webhook"]


def post_to(way: str, hooked: Hooked, database: Database, home: Path, clock: SetClock) -> PostRoom:
    return open_post(make_settings(home, hooked.settings(way)), database, clock)


def runs_of(card: dict[str, Any]) -> list[str]:
    return ["".join(run["text"] for run in block["inlines"]) for block in card["body"]]


def test_a_webhook_tells_an_incident_and_what_becomes_of_it(
    database: Database, home: Path, clock: SetClock, hooked: Hooked
) -> None:
    post = post_to("webhook", hooked, database, home, clock)
    take(database, LEAK)
    run(post)
    repost(database, LEAK.content, source="forum", address="http://forum.invalid/1")
    with database.write() as session:
        actions.act(session, 1, "confirm-csirt", actor=by("suzuki"), now=NOW)
    run(post)
    parent, update, detail = hooked.bodies
    assert [body["kind"] for body in (parent, update, detail)] == ["parent", "update", "detail"]
    assert {body["schema"] for body in hooked.bodies} == {1}
    assert {body["thread"] for body in hooked.bodies} == {parent["id"]}
    assert len({body["id"] for body in hooked.bodies}) == 3
    assert (parent["incident"]["subjects"], parent["incident"]["sightings"], parent["link"]) == (30, 1, LINK)
    assert (update["incident"]["sightings"], update["incident"]["csirt_confirmed_at"] is None) == (2, False)
    assert [(change["kind"], change["actor"]) for change in detail["changes"]][-1] == ("confirm-csirt", "suzuki")
    assert any("suzuki" in line for line in detail["said"])


@pytest.mark.parametrize("how", ["202-accepted", "500-accepted"])
def test_what_a_webhook_takes_is_signed_over_the_body_as_it_came(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, how: str
) -> None:
    hooked.misbehave(how)
    take(database, LEAK)
    run(post_to("webhook", hooked, database, home, clock))
    (request,) = hooked.taken
    signed = f"{request['headers']['X-Hinomi-Timestamp']}.{request['body']}".encode()
    wanted = hmac.new(Hooked.SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert request["headers"]["X-Hinomi-Signature"] == f"v1={wanted}"


@given(
    st.tuples(st.text(min_size=1), st.text(string.digits, min_size=1), st.binary()),
    st.tuples(st.text(min_size=1), st.text(string.digits, min_size=1), st.binary()),
)
def test_another_secret_time_or_body_has_another_signature(
    one: tuple[str, str, bytes], two: tuple[str, str, bytes]
) -> None:
    keys = [key.encode().rstrip(b"\0") for key, _, _ in (one, two)]  # HMAC fills short keys up with zeros
    same = keys[0] == keys[1] and one[1:] == two[1:]
    assert (signature(*one) == signature(*two)) == same


def test_a_card_in_teams_has_the_figures_and_opens_the_page(
    database: Database, home: Path, clock: SetClock, hooked: Hooked
) -> None:
    post = post_to("teams", hooked, database, home, clock)
    take(database, LEAK)
    run(post)
    repost(database, LEAK.content, source="forum", address="http://forum.invalid/1")
    run(post)
    first, second = [body["attachments"][0]["content"] for body in hooked.bodies]
    assert hooked.taken[0]["path"] == "/teams?sig=sesame"
    assert "30 人" in str(runs_of(first))
    assert "同じ文書がまた載った" in str(runs_of(second))
    assert "2 か所" in str(runs_of(second))
    assert [(action["type"], action["url"]) for action in first["actions"]] == [("Action.OpenUrl", LINK)]


@given(st.text(max_size=200), st.lists(st.text("abc *_[]()`\\<", min_size=1, max_size=40), max_size=20))
def test_a_notice_in_teams_keeps_its_lines_as_they_are(headline: str, lines: list[str]) -> None:
    made = _teams().compose_notice(Notice(headline, "said", "\n".join(lines)))
    card = made["attachments"][0]["content"]
    assert runs_of(card) == [headline, "said", *lines]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}  # no Markdown is read in these


def test_a_card_that_teams_would_refuse_is_not_made() -> None:
    with pytest.raises(InvalidMessageError, match="28,672"):
        _teams().compose_notice(Notice("headline", "said", "字" * 10_000))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", ["400", "302", "429", "500", "drop"])
def test_what_is_not_taken_is_tried_until_it_is(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, way: str, how: str
) -> None:
    post = post_to(way, hooked, database, home, clock)
    take(database, LEAK)
    hooked.misbehave(how, 3)
    for _ in range(3):
        assert run(post).waiting == 1
        assert hooked.taken == []
        clock.advance(timedelta(minutes=10))
    assert run(post).sent == 1
    assert len(hooked.taken) == 1


@pytest.mark.parametrize("how", ["500-accepted", "drop-accepted"])
def test_what_is_sent_again_keeps_its_id(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, how: str
) -> None:
    post = post_to("webhook", hooked, database, home, clock)
    take(database, LEAK)
    hooked.misbehave(how)
    for _ in range(3):
        run(post)
        clock.advance(timedelta(minutes=10))
    first, second = hooked.bodies
    assert first == second


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", ["429-long", "503-long"])
def test_who_asks_for_an_hour_gets_it(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, way: str, how: str
) -> None:
    post = post_to(way, hooked, database, home, clock)
    take(database, LEAK)
    hooked.misbehave(how)
    run(post)
    clock.advance(timedelta(minutes=59))
    assert run(post).sent == 0
    clock.advance(timedelta(minutes=2))
    assert run(post).sent == 1


@given(st.integers(0, 10**9), st.text(max_size=20))
def test_patience_is_asked_for_in_seconds_or_by_a_date_and_ends_after_a_day(seconds: int, nonsense: str) -> None:
    now = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
    assert patience_s(str(seconds), now) == min(seconds, 86_400)
    assert patience_s(format_datetime(now + timedelta(seconds=seconds)), now) == min(max(seconds, 1), 86_400)
    assert 0 <= patience_s(nonsense, now) <= 86_400


@pytest.mark.parametrize("way", WAYS)
def test_neither_address_nor_secret_nor_answer_is_logged_or_kept(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, way: str
) -> None:
    logged = io.StringIO()
    configure_logs(logged, "DEBUG")
    post = post_to(way, hooked, database, home, clock)
    take(database, LEAK)
    hooked.misbehave("400")
    run(post)
    clock.advance(timedelta(minutes=10))
    run(post)
    with database.read() as session:
        kept = json.dumps([[one.failure, one.reference, one.payload] for one in list_messages(session)])
    assert "alert.not_sent" in logged.getvalue()
    written = logged.getvalue() + kept
    assert [word for word in ("sesame", Hooked.SECRET, "a text of strangers") if word in written] == []


def test_each_stands_in_for_the_one_before_it(
    database: Database, home: Path, clock: SetClock, hooked: Hooked, slack: FakeSlack
) -> None:
    alerts = slack.settings() | hooked.settings("webhook") | hooked.settings("teams")
    mail = {"host": "127.0.0.1", "sender": "hinomi@carrier.example", "recipients": ["csirt@carrier.example"]}
    settings = make_settings(home, alerts | {"mail": mail})
    assert [channel.name for channel in open_channels(settings)] == ["slack", "teams", "webhook", "mail"]
    post = open_post(make_settings(home, alerts), database, clock)
    take(database, LEAK)
    slack.misbehave("chat.postMessage", "account_inactive", 9)
    for _ in range(4):
        run(post)
        clock.advance(timedelta(minutes=10))
    assert [request["path"] for request in hooked.taken] == ["/teams?sig=sesame"]


def test_a_webhook_without_a_secret_is_refused_at_the_start(home: Path) -> None:
    with pytest.raises(SettingsError, match="secret"):
        load_settings(home, alerts={"webhook": {"url": "https://soar.carrier.example/", "secret": "short"}})


def _teams() -> TeamsChannel:
    return TeamsChannel(TeamsSettings(url=SecretStr("https://teams.invalid/")), SetClock(NOW))

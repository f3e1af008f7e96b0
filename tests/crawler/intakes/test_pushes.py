"""What is pushed waits, once, until a sweep has it in the archive; nobody without a token pushes anything."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.clock import SystemClock
from crawler.intake.pushes import Pushed, PushRefusedError, Spool, checked
from home import Home
from tests.web.people import link_of, somebody
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crawler.conftest import Crawl

TOKEN = "token-of-ail-0123456789"
OF_PEOPLE = "t" * 64
SOURCES = """
[sources.ail]
engine = "push"
url = "push://ail"
secrets = ["push-ail"]
[sources.soar]
engine = "push"
url = "push://soar"
secrets = ["push-soar"]
enabled = false
"""


@pytest.fixture
def client(sqlite_crawl: Crawl) -> Iterator[TestClient]:
    crawl = sqlite_crawl
    crawl.add(SOURCES)
    file = crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(f"push-ail = '{TOKEN}'\npush-soar = 'token-of-soar-0123'", encoding="utf-8")
    home = Home.of(crawl.settings, database=crawl.database, clock=SystemClock())
    with TestClient(create_app(home), base_url="http://127.0.0.1") as made:
        yield made


def push(client: TestClient, content: Any, token: str = TOKEN, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
    return client.post("/api/intake", content=content, headers=headers, **more)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.slow
def test_pushed_documents_are_swept_into_the_archive_once(sqlite_crawl: Crawl, client: TestClient) -> None:
    raw = push(
        client, "名簿 架空 花子".encode(), headers={"Content-Type": "text/plain; charset=utf-8"}, params={"title": "題"}
    )
    assert raw.status_code == 202
    assert raw.json() == {"source": "ail", "id": sha256("名簿 架空 花子".encode()), "new": True}
    packed = base64.b64encode(bytes(range(256))).decode()
    about = {"address": "http://hidden.onion/1", "author": "売り手", "posted_at": "2026-11-28T12:00:00+09:00"}
    documents = {"documents": [{"base64": packed, **about}, {"text": "二つ目"}, {"text": "二つ目"}]}
    answer = push(client, json.dumps(documents), headers={"Content-Type": "application/json"}).json()
    assert [one["new"] for one in answer["documents"]] == [True, True, False]

    result = sqlite_crawl.sweep("ail")
    assert (result.state, result.documents) == ("done", 3), result.reason
    kept = {one.document.sha256: one for one in sqlite_crawl.captures("ail")}
    assert set(kept) == {sha256("名簿 架空 花子".encode()), sha256(bytes(range(256))), sha256("二つ目".encode())}
    one = kept[sha256(bytes(range(256)))]
    assert (one.capture.address, one.capture.author) == ("http://hidden.onion/1", "売り手")
    assert one.capture.posted_at is not None
    assert list((sqlite_crawl.home / "intake" / "ail").iterdir()) == []

    assert push(client, "二つ目".encode()).json()["new"], "it does not wait any more; the archive knows it all the same"
    again = sqlite_crawl.sweep("ail")
    assert (again.state, again.new_documents) == ("done", 0), again.reason
    assert list((sqlite_crawl.home / "intake" / "ail").iterdir()) == []


@pytest.mark.parametrize("token", ["", "wrong", OF_PEOPLE, "token-of-soar-0123"])
def test_nobody_pushes_without_the_token_of_a_source_that_is_on(client: TestClient, token: str) -> None:
    assert push(client, b"x", token).status_code == 401
    assert client.post("/api/intake", content=b"x").status_code == 401


def test_wrong_tokens_slow_down_and_keep_nobody_from_signing_in(client: TestClient, sqlite_crawl: Crawl) -> None:
    statuses = [push(client, b"x", "wrong").status_code for _ in range(5)]
    assert statuses[-1] == 429
    assert push(client, b"x").status_code == 429
    somebody(sqlite_crawl.database, SystemClock())
    signed_in = client.get(link_of(sqlite_crawl.database, SystemClock()), follow_redirects=False)
    assert signed_in.status_code == 303


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "an empty document"),
        ("{", "expected JSON"),
        ("[1]", "expected a document as an object"),
        ('{"title": "x"}', "expected text, or base64"),
        ('{"base64": "%%%"}', "expected text, or base64"),
        ('{"text": "x", "posted_at": "yesterday"}', "posted_at: expected a time with its zone"),
        ('{"text": "x", "posted_at": "2026-11-28T12:00:00"}', "posted_at: expected a time with its zone"),
        ('{"text": "x", "address": "no address"}', "address: expected one like"),
        ('{"text": "x", "media_type": "a\\nb"}', "media_type: expected one like"),
        ('{"text": "x", "title": 7}', "title: expected text"),
    ],
)
def test_what_cannot_be_taken_is_said(client: TestClient, body: str, said: str) -> None:
    kind = "application/json" if body else "text/plain"
    answer = push(client, body, headers={"Content-Type": kind})
    assert (answer.status_code, said in answer.json()["error"]) == (422, True), answer.text


def test_more_than_a_sweep_would_keep_is_refused(sqlite_crawl: Crawl, client: TestClient) -> None:
    most = sqlite_crawl.settings.crawler.max_body_bytes * 2
    assert push(client, (bytes(1 << 20) for _ in range((most >> 20) + 1))).status_code == 413


@given(st.binary(min_size=1, max_size=100), st.text(max_size=30), st.text(max_size=30))
def test_what_waits_is_what_was_put_there(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, title: str, author: str
) -> None:
    try:
        (title + author).encode()
    except UnicodeEncodeError:
        return
    spool = Spool(tmp_path_factory.mktemp("spool"))
    pushed = Pushed(content, title, author)
    assert [spool.put(pushed), spool.put(pushed)] == [True, False]
    assert spool.waiting() == [pushed.id]
    assert spool.read(pushed.id) == pushed
    spool.drop(pushed.id)
    assert (spool.waiting(), spool.read(pushed.id)) == ([], None)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64])
def test_no_name_leads_out_of_the_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(PushRefusedError):
        Spool(tmp_path).read(name)


def test_a_place_that_nobody_empties_is_full_at_last(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most=3)
    assert [spool.put(checked(Pushed(b"%d" % number))) for number in range(3)] == [True] * 3
    with pytest.raises(PushRefusedError, match="3 documents wait already"):
        spool.put(checked(Pushed(b"one more")))
    assert not spool.put(checked(Pushed(b"1"))), "what waits already is no news"

"""Boards for members are read from inside, and what lets us in stands nowhere afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.archive.warc_files import records_of
from tests.targets.members import COOKIE, KEY, PASSWORD, USER, Members, members_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crawler.conftest import Crawl

pytestmark = pytest.mark.slow
SOURCE = """
[sources.a]
engine = "paste-list"
url = "{url}"
private = true
{more}
[sources.a.options]
entries = "li"
"""
FORM = """
[sources.a.login]
kind = "form"
page = "{url}/login"
user = "{user}"
secret = "forum-a"
{says}
"""


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Members]:
    with members_server(tmp_path) as site:
        yield site


def keep_secrets(crawl: Crawl, **values: str) -> None:
    file = crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    lines = [f"{name.replace('_', '-')} = '{value}'" for name, value in values.items()]
    file.write_text("\n".join(lines), encoding="utf-8")


def everything_kept(crawl: Crawl) -> bytes:
    """The archive unpacked, the database, the logs."""
    kept = [crawl.log("a").encode()]
    for file in sorted(Path(crawl.settings.archive_dir).rglob("*.warc.gz")):
        kept += [repr(record).encode() + record.content for record in records_of(file)]
    return b"\n".join([*kept, *(file.read_bytes() for file in crawl.home.glob("hinomi.db*"))])


@pytest.mark.parametrize("says", ["", f'says = "{USER}"', 'shows = "ul li"'])
def test_a_form_is_filled_in_with_what_it_hides(sqlite_crawl: Crawl, members: Members, says: str) -> None:
    keep_secrets(sqlite_crawl, forum_a=PASSWORD)
    form = FORM.format(url=members.url, user=USER, says=says)
    # Entries are plain text, on which no member's name stands.
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/board/list", more=form))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 3), result.reason
    kept = everything_kept(sqlite_crawl)
    assert PASSWORD.encode() not in kept
    sessions = {word for word in members.seen().split() if word.startswith("session=")}
    assert sessions
    assert not [session for session in sessions if session.removeprefix("session=").encode() in kept]


def test_whoever_is_thrown_out_in_the_middle_gets_in_once_more(sqlite_crawl: Crawl, members: Members) -> None:
    keep_secrets(sqlite_crawl, forum_a=PASSWORD)
    form = FORM.format(url=members.url, user=USER, says="")
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/forgetful/list", more=form))
    result = sqlite_crawl.sweep("a")
    assert result.documents == 3, result.reason
    assert members.log.new().count("/enter") == 2


def test_a_wrong_password_fails_the_sweep_and_says_so(sqlite_crawl: Crawl, members: Members) -> None:
    keep_secrets(sqlite_crawl, forum_a="another one")
    form = FORM.format(url=members.url, user=USER, says="")
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/board/list", more=form))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("failed", 0)
    assert "the login failed" in result.reason
    assert members.log.new().count("/enter") == 1


def test_a_token_goes_with_every_request_and_stays_out_of_the_archive(sqlite_crawl: Crawl, members: Members) -> None:
    keep_secrets(sqlite_crawl, api_key=KEY, other="cookie-0123456789")
    login = '[sources.a.login]\nkind = "token"\nsecret = "api-key"'
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/api/list", more=login))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 3), result.reason
    kept = everything_kept(sqlite_crawl)
    assert KEY.encode() not in kept
    assert b"Bearer {secret:api-key}" in kept
    assert [one.text.partition("your key: ")[2].split()[0] for one in sqlite_crawl.captures("a")] == [
        "{secret:api-key}"
    ] * 3
    assert COOKIE.encode() in kept, "a secret that the source does not name is not known to its fetcher"


def test_a_key_in_a_query_is_put_in_at_the_last_moment(sqlite_crawl: Crawl, members: Members) -> None:
    keep_secrets(sqlite_crawl, api_key=KEY)
    address = f"{members.url}/query/list?key={{secret:api-key}}"
    sqlite_crawl.add(SOURCE.format(url=address, more='secrets = ["api-key"]'))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 3), result.reason
    assert f"key={KEY}" in members.seen()
    assert KEY.encode() not in everything_kept(sqlite_crawl)


@pytest.mark.parametrize(
    "text", [f"member={COOKIE}; more=1", f"# HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tmember\t{COOKIE}"]
)
def test_cookies_from_a_browser_let_us_in(sqlite_crawl: Crawl, members: Members, text: str) -> None:
    file = sqlite_crawl.home / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(f"cookies-a = '''{text}'''", encoding="utf-8")
    login = '[sources.a.login]\nkind = "cookies"\nsecret = "cookies-a"'
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/cookie/list", more=login))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 3), result.reason
    assert COOKIE.encode() not in everything_kept(sqlite_crawl)


def test_a_secret_that_is_missing_is_named_before_anything_is_asked(sqlite_crawl: Crawl, members: Members) -> None:
    sqlite_crawl.add(SOURCE.format(url=f"{members.url}/board/list", more='secrets = ["api-key"]'))
    result = sqlite_crawl.sweep("a")
    assert result.state == "failed"
    assert "needs a secret that is not there: 'api-key'" in result.reason
    assert members.log.new() == []

"""Pages that are nothing without scripts are read as a browser makes them, and the browser reaches nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.rendering.browser import resolver_rules
from crawler.rendering.jobs import BrowserSettings, RenderError
from crawler.rendering.renderer import take_picture
from tests.archive.warc_files import check, records_of
from tests.targets.scripts import ScriptSite, need_browser, script_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crawler.conftest import Crawl

pytestmark = pytest.mark.slow
SOURCE = """
[sources.a]
engine = "paste-list"
url = "{url}/list"
private = true
javascript = {javascript}
{more}
[sources.a.options]
entries = "li"
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ScriptSite]:
    need_browser()
    with script_server(tmp_path) as running:
        yield running


def settings(*hosts: str, private: bool = True, proxy: str = "") -> BrowserSettings:
    return BrowserSettings(hosts or ("127.0.0.1",), private, proxy, "Hinomi/test", 30)


def test_without_a_browser_such_a_site_shows_nothing_and_with_one_everything(
    sqlite_crawl: Crawl, site: ScriptSite
) -> None:
    sqlite_crawl.configure(timeout_s=90.0, sweep_limit_s=300.0)
    sqlite_crawl.add(SOURCE.format(url=site.url, javascript="true", more=""))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 3), result.reason
    kept = sqlite_crawl.captures("a")
    assert ["読める。架空 花子 /data/1" in one.text for one in kept] == [True, False, False]
    # The page as the browser made it, and beside it what the server sent and what was asked.
    file = sqlite_crawl.settings.archive_dir / kept[0].document.warc_file
    kinds = [record.kind for record in records_of(file)]
    assert kinds == ["warcinfo", *(["response", "request", "conversion"] * 3)]
    check(file)
    assert not [
        record for record in records_of(file) if record.kind == "response" and "読める".encode() in record.content
    ]
    assert {"/script.js", "/leads-inside", "/data/list", "/data/3"} <= set(site.asked("127.0.0.1"))
    assert site.asked("127.0.0.2") == []


def test_a_source_without_scripts_starts_no_browser(sqlite_crawl: Crawl, site: ScriptSite) -> None:
    sqlite_crawl.add(SOURCE.format(url=site.url, javascript="false", more=""))
    result = sqlite_crawl.sweep("a")
    assert result.documents == 0
    assert site.asked("127.0.0.1") == ["/robots.txt", "/list"]


def test_a_used_up_budget_of_pages_is_said_and_the_rest_comes_next_time(sqlite_crawl: Crawl, site: ScriptSite) -> None:
    sqlite_crawl.configure(timeout_s=90.0, sweep_limit_s=300.0)
    sqlite_crawl.add(SOURCE.format(url=site.url, javascript="true", more="max_rendered_pages = 3"))
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("partial", 2)
    assert "the budget of 3 rendered pages was used up" in result.reason
    assert sqlite_crawl.sweep("a").documents == 1


def test_a_picture_shows_the_page_as_a_visitor_sees_it(site: ScriptSite) -> None:
    picture = take_picture(f"{site.url}/1", settings())
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert site.asked("127.0.0.1")[0] == "/1"
    assert "/data/1" in site.asked("127.0.0.1")
    assert site.asked("127.0.0.2") == []


def test_no_picture_is_taken_of_a_host_that_a_crawler_must_not_reach(site: ScriptSite) -> None:
    with pytest.raises(RenderError, match="no picture of the page"):
        take_picture(f"{site.url}/1", settings(private=False))
    assert site.asked("127.0.0.1") == []


def test_a_browser_resolves_its_source_s_hosts_and_no_other_name() -> None:
    assert resolver_rules(settings("localhost", "127.0.0.1")) == [
        "MAP localhost 127.0.0.1", "MAP 127.0.0.1 127.0.0.1", "MAP * ~NOTFOUND",
    ]  # fmt: skip
    assert resolver_rules(settings("localhost", private=False)) == ["MAP * ~NOTFOUND"]
    assert resolver_rules(settings(proxy="socks5h://127.0.0.1:9050")) == ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"]

"""Each way a server can misbehave ends in a sweep with its state and reason, in time, with what came before it kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving

pytestmark = pytest.mark.slow

SOURCE = """
[sources.{name}]
engine = "paste-list"
url = "{url}/{way}/list"
private = true
[sources.{name}.options]
entries = "li"
title = "a"
date = "time"
next = "a.next::attr(href)"
max_list_pages = 4
"""
NEVER_ANSWERS = {"hangs", "drips", "list-hangs"}
SHORT_S, LONG_S = 5, 60  # a busy machine may take seconds over an answer that does come


def add(crawl: Crawl, url: str, way: str) -> str:
    crawl.add(SOURCE.format(name=way, url=url, way=way))
    return way


def items(crawl: Crawl, way: str) -> list[str]:
    return sorted(one.capture.address.rpartition("/")[2] for one in crawl.captures(way))


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("hangs", "1 × no whole answer in time"),
        ("drips", "1 × no whole answer in time"),
        ("loops", "1 × too many redirects"),
        ("moves", "1 × the site sends us to another host"),
        ("moves-inside", "1 × HTTP 302"),
        ("fails", "1 × HTTP 500"),
        ("item-busy", "1 × HTTP 503"),
        ("resets", "1 × the connection failed"),
        ("no-http", "1 × the connection failed"),
        ("says-nonsense", "1 × the connection failed"),
    ],
)
def test_one_bad_paste_costs_that_paste_alone(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, way: str, reason: str
) -> None:
    crawl = sqlite_crawl
    crawl.configure(timeout_s=SHORT_S if way in NEVER_ANSWERS else LONG_S, max_body_bytes=1 << 20)
    add(crawl, misbehaving.url, way)
    result = crawl.sweep(way)
    assert (result.state, result.reason) == ("partial", reason)
    assert items(crawl, way) == ["1", "3"]


def test_what_the_site_cannot_give_is_asked_for_until_it_can(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    add(sqlite_crawl, misbehaving.url, "fails")
    results = [sqlite_crawl.sweep("fails") for _ in range(5)]
    assert [result.state for result in results] == ["partial"] * 5
    assert [result.documents for result in results] == [2, 0, 0, 0, 0]
    assert {result.waiting for result in results} == {1}


@pytest.mark.parametrize(
    ("way", "text", "truncated"),
    [
        ("endless", "読める", "length"),
        ("long-plain", "読める", "length"),
        ("long-gzip", "読める", "length"),
        ("long-deflate", "読める", "length"),
        ("long-bare-deflate", "読める", "length"),
        ("bomb", "\0", "length"),
        ("truncated", "読める", "disconnect"),
        ("gzip-ends", "読める", "disconnect"),
        ("truncated-gzip", "読める", "disconnect"),
        ("bad-chunks", "", "disconnect"),
        ("says-less", "読める", ""),
        ("no-gzip", "読める", ""),
        ("strange", "読める", ""),
    ],
)
def test_half_a_body_is_kept_and_marked(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, way: str, text: str, truncated: str
) -> None:
    crawl = sqlite_crawl
    crawl.configure(max_body_bytes=1 << 20)
    add(crawl, misbehaving.url, way)
    result = crawl.sweep(way)
    assert result.state == ("partial" if truncated else "done")
    assert result.reason == (f"1 × a response was cut off ({truncated})" if truncated else "")
    second = next(one for one in crawl.captures(way) if one.capture.address.endswith("/2"))
    assert second.document.truncated == truncated
    assert second.content.decode(errors="replace").startswith(text)
    assert len(second.content) <= (1 << 20) + (1 << 17)
    assert len(items(crawl, way)) == 3


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("list-hangs", "1 × no whole answer in time"),
        ("list-gone", "1 × HTTP 404"),
        ("list-fails", "1 × HTTP 500"),
        ("list-moves", "1 × the site sends us to another host"),
    ],
)
def test_without_a_list_the_sweep_failed(sqlite_crawl: Crawl, misbehaving: Misbehaving, way: str, reason: str) -> None:
    sqlite_crawl.configure(timeout_s=SHORT_S if way in NEVER_ANSWERS else LONG_S)
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, way))
    assert (result.state, result.reason, result.documents) == ("failed", reason, 0)


def test_an_empty_list_is_said(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "list-empty"))
    assert result.state == "partial"
    assert "the list holds no entries" in result.reason


def test_a_post_that_vanished_is_no_failure(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "gone"))
    assert (result.state, items(sqlite_crawl, "gone")) == ("done", ["1", "3"])
    misbehaving.log.new()
    assert sqlite_crawl.sweep("gone").state == "done"
    assert misbehaving.log.new() == ["/robots.txt", "/gone/list"]


def test_a_calendar_without_end_is_left_after_its_pages(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "calendar"))
    assert (result.state, result.reason) == ("partial", "1 × the list goes on after 4 pages")
    assert items(sqlite_crawl, "calendar") == ["p1", "p2", "p3", "p4"]
    again = sqlite_crawl.sweep("calendar")
    assert (again.documents, again.requests) == (0, 2)


def test_a_list_that_leads_to_itself_is_read_once(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "circle"))
    assert (result.state, result.documents, result.requests) == ("done", 3, 5)


def test_a_wrong_charset_does_not_garble_what_the_list_says(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    assert sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "charset")).state == "done"
    assert [one.document.title for one in sqlite_crawl.captures("charset")] == ["題名 1", "題名 2", "題名 3"]


@pytest.mark.parametrize("way", ["busy-seconds", "busy-date"])
def test_a_busy_site_is_asked_again_when_it_says(sqlite_crawl: Crawl, misbehaving: Misbehaving, way: str) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, way))
    assert (result.state, result.documents, result.requests) == ("done", 3, 6)
    assert result.seconds >= 1


def test_a_site_that_wants_an_hour_gets_it(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "busy-long"))
    assert result.state == "failed"
    assert "the site asked for a pause until" in result.reason
    misbehaving.log.new()
    again = sqlite_crawl.sweep("busy-long")
    assert (again.state, again.requests, misbehaving.log.new()) == ("failed", 0, [])


def test_a_pause_in_the_middle_keeps_what_came_before(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "item-busy-long"))
    assert (result.state, items(sqlite_crawl, "item-busy-long")) == ("partial", ["1"])
    assert "the site asked for a pause until" in result.reason


def test_robots_txt_is_obeyed(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    misbehaving.log.new()
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.forbids, "calm"))
    assert (result.state, result.documents) == ("failed", 0)
    assert "robots.txt forbids it" in result.reason
    assert misbehaving.log.new() == ["/robots.txt"]


def test_a_robots_txt_that_cannot_be_read_forbids_everything(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    misbehaving.log.new()
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.robots_fails, "calm"))
    assert (result.state, result.documents) == ("failed", 0)
    assert set(misbehaving.log.new()) == {"/robots.txt"}


def test_crawl_delay_and_single_addresses_of_robots_txt_count(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.slow, "calm"))
    assert (result.state, items(sqlite_crawl, "calm")) == ("partial", ["1", "2"])
    assert result.seconds >= 2


def test_the_pause_between_requests_is_kept(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    sqlite_crawl.configure(delay_s=0.5)
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "calm"))
    assert (result.requests, result.seconds >= 4 * 0.5) == (5, True)


def test_a_sweep_over_its_time_ends_itself(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    sqlite_crawl.configure(sweep_limit_s=3.0, delay_s=2.0)
    result = sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, "calm"))
    assert (result.state, result.reason) == ("partial", "the time limit was reached")


def test_nothing_of_a_page_reaches_the_log(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    for way in ("fails", "truncated", "charset"):
        sqlite_crawl.sweep(add(sqlite_crawl, misbehaving.url, way))
        log = sqlite_crawl.log(way)
        assert "sweep.finished" in log
        assert "架空" not in log
        assert "題名" not in log

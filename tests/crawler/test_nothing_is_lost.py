"""Every entry that a list ever showed is read, tried again, or reported: each way in which one got lost once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from archive.models import Capture
from archive.store import Archive
from crawler.models import SeenPost, Sweep
from crawler.run import SweepResult, sweep
from crawler.sources import read_sources
from tests.crawler.offline import Answer, Outing

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

HOST = "http://site.example"
PASTES = """
[sources.a]
engine = "paste-list"
url = "http://site.example/list"
[sources.a.options]
entries = "li"
title = "a"
next = "a.next::attr(href)"
"""
FORUM = """
[sources.a]
engine = "html-forum"
url = "http://site.example/board"
[sources.a.options]
topics = ".topic"
topic_marks = [".count"]
next_board_page = "a.next::attr(href)"
posts = "article"
post_text = ".body"
next_topic_page = "a.next::attr(href)"
"""


@dataclass
class Site:
    """Pages by their path and query; what is not there is a 404."""

    settings: Settings
    database: Database
    clock: SetClock
    pages: dict[str, str | Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    toml: str = PASTES

    def answer(self, request: Any) -> Answer:
        """A page."""
        parts = urlsplit(request.url)
        page = self.pages.get(parts.path + (f"?{parts.query}" if parts.query else ""), Answer(404, "not there"))
        return page if isinstance(page, Answer) else Answer(200, page)

    def sweep(self, *, again: bool = False, after: timedelta = timedelta(minutes=15)) -> SweepResult:
        """The next sweep, a while later."""
        self.clock.advance(after)
        source, outing = read_sources(self.toml, "sources.toml")["a"], Outing(self.answer)
        result = sweep(source, self.settings, self.database, self.clock, again=again, go_out=outing)
        self.asked = [url.removeprefix(HOST) for url in outing.asked]
        return result

    def kept(self) -> list[str]:
        """What was captured, each capture, in order."""
        archive = Archive(self.settings, self.database, self.clock)
        with self.database.read() as session:
            found = session.scalars(select(Capture).order_by(Capture.id)).all()
            return [archive.read(one.document).decode(errors="replace") for one in found]


@pytest.fixture
def site(settings: Settings, database: Database, clock: SetClock) -> Site:
    """A site with nothing on it."""
    return Site(settings, database, clock)


def pastes(*names: str, following: str = "") -> str:
    links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in names)
    return links + (f'<a class="next" href="{following}">next</a>' if following else "")


def topics(*counts: tuple[int, int], kind: str = "topic", following: str = "") -> str:
    rows = "".join(f'<div class="{kind}"><a href="/t/{n}">話 {n}</a><b class="count">{c}</b></div>' for n, c in counts)
    return rows + (f'<a class="next" href="{following}">next</a>' if following else "")


def posts(*numbers: int, following: str = "", text: str = "本文") -> str:
    shown = "".join(f'<article id="p{n}"><div class="body">{text} {n}</div></article>' for n in numbers)
    return shown + (f'<a class="next" href="{following}">next</a>' if following else "")


@pytest.mark.parametrize(
    "link", ["javascript:void(0)", "http://[x/", "http://site.example:99999/", "", "mailto:a@b.example"]
)
def test_a_link_that_leads_nowhere_costs_no_other_entry(site: Site, link: str) -> None:
    site.pages = {"/list": f'{pastes("1")}<li><a href="{link}">x</a></li>{pastes("2")}', "/1": "one", "/2": "two"}
    result = site.sweep()
    assert (result.state, result.notes) == ("done", "1 entry of lists with a link that leads nowhere")
    assert site.kept() == ["one", "two"]


def test_a_topic_whose_last_page_vanished_is_read_from_its_beginning(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 3)), "/t/1": posts(1, 2, following="/t/1?p=2"), "/t/1?p=2": posts(3)}
    assert site.sweep().documents == 3
    site.pages = {"/board": topics((1, 2)), "/t/1": posts(1, 4)}
    result = site.sweep()
    assert (result.state, result.documents) == ("done", 1)
    assert site.asked == ["/board", "/t/1?p=2", "/t/1"]


def test_a_next_page_that_is_never_there_does_not_start_a_topic_over_for_ever(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 3)), "/t/1": posts(1, 2, following="/t/1?p=2")}
    result = site.sweep()
    assert (result.state, site.asked.count("/t/1")) == ("partial", 2)
    assert site.kept() == ["本文 1", "本文 2"]


def test_without_marks_a_new_reply_is_found_by_what_the_row_says_and_views_are_not_news(site: Site) -> None:
    site.toml = FORUM.replace('topic_marks = [".count"]\n', "")
    row = '<div class="topic"><a href="/t/1">話</a> 返信 {} <i>{} views</i> {}</div>'
    site.pages = {"/board": row.format(1, 10, "3 minutes ago"), "/t/1": posts(1)}
    site.sweep()
    site.pages["/board"] = row.format(1, 99, "18 minutes ago")
    site.sweep()
    assert site.asked == ["/board"]
    site.pages |= {"/board": row.format(2, 120, "1 minute ago"), "/t/1": posts(1, 2)}
    assert site.sweep().documents == 1


def test_new_topics_below_a_page_of_stickies_are_found(site: Site) -> None:
    site.toml = FORUM
    site.pages = {f"/t/{n}": posts(n) for n in range(1, 9)}
    site.pages |= {"/board": topics((1, 1), (2, 1), following="/board?p=2"), "/board?p=2": topics((3, 1))}
    site.sweep()
    site.pages["/board?p=2"] = topics((4, 1), (3, 1))
    assert site.sweep().documents + site.sweep().documents == 1


def test_entries_that_are_not_there_are_tried_again_and_many_of_them_are_told(site: Site) -> None:
    site.pages = {"/list": pastes("1", "2", "3")}
    result = site.sweep()
    assert (result.state, result.waiting) == ("partial", 3)
    assert "3 of 3 entries are not there" in result.reason
    site.pages |= {"/1": "one", "/2": "two", "/3": "three"}
    assert (site.sweep().state, len(site.kept())) == ("done", 3)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_is_the_sites_fault_is_never_held_against_an_entry(site: Site, status: int) -> None:
    site.pages = {"/list": pastes("1"), "/1": Answer(status, "busy")}
    for _ in range(8):
        assert site.sweep().state == "partial"
    site.pages = {"/list": pastes(), "/1": "one"}  # the list shows it no longer
    assert site.sweep().documents == 1


def test_a_wall_is_not_the_paste(site: Site) -> None:
    wall = "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"
    site.pages = {"/list": pastes("1", "2"), "/1": wall, "/2": "two"}
    result = site.sweep()
    assert (result.state, site.kept()) == ("partial", ["two"])
    assert "checking the browser" in result.reason
    site.pages["/1"] = "one"
    assert site.sweep().documents == 1


def test_a_wrong_selector_is_told_and_mended(site: Site) -> None:
    site.toml = FORUM.replace('post_text = ".body"', 'post_text = ".wrong"')
    site.pages = {"/board": topics((1, 2)), "/t/1": posts(1, 2)}
    assert "posts without any text" in site.sweep().reason
    site.toml = FORUM
    result = site.sweep()
    assert (result.state, site.kept()) == ("done", ["本文 1", "本文 2"])


def test_everything_is_read_again_when_asked_and_nothing_is_kept_twice(site: Site) -> None:
    site.pages = {"/list": pastes("1", "2"), "/1": "one", "/2": "two"}
    site.sweep()
    site.pages["/2"] = "two, edited in silence"
    assert site.sweep(again=True).documents == 1
    assert site.kept() == ["one", "two", "two, edited in silence"]


def test_a_topic_whose_link_is_the_sources_own_address_is_read(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 1)).replace("/t/1", "/board") + posts(7)}
    assert site.sweep().documents == 1


def test_a_list_in_json_is_read_to_its_end(site: Site) -> None:
    site.toml = PASTES.replace('entries = "li"\ntitle = "a"\nnext = "a.next::attr(href)"', "") + (
        'format = "json"\nentries = "items"\nlink = "id"\nnext = "next"'
    )
    for page in range(3):
        names = [f"{page}{n}" for n in range(3)]
        following = f"/list?p={page + 1}" if page < 2 else None
        listed = json.dumps({"items": [{"id": f"/{name}"} for name in names], "next": following})
        site.pages[f"/list?p={page}" if page else "/list"] = listed
        site.pages |= {f"/{name}": f"text {name}" for name in names}
    assert (site.sweep().state, len(site.kept())) == ("done", 9)


def test_members_only_topics_on_top_do_not_end_the_sweep(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics(*((n, 1) for n in range(1, 9))), "/t/8": posts(8)}
    site.pages |= {f"/t/{n}": Answer(403, "members only") for n in range(1, 8)}
    result = site.sweep()
    assert (result.state, result.reason, site.kept()) == ("partial", "7 × HTTP 403", ["本文 8"])
    for _ in range(40):
        result = site.sweep(after=timedelta(hours=6))
    assert "7 entries given up: HTTP 403" in result.notes


def test_a_topic_that_leads_on_for_ever_is_left_when_it_shows_nothing_new(site: Site) -> None:
    site.toml = FORUM

    def endless(request: Any) -> Answer:
        site.asked.append(request.url)
        if request.url.endswith("/board"):
            return Answer(200, topics((1, 2)))
        number = int(request.url.partition("p=")[2] or 1)
        return Answer(200, posts(1, 2, following=f"/t/1?p={number + 1}"))

    site.answer = endless  # type: ignore[method-assign]
    assert site.sweep().requests == 0
    assert (len(site.asked), site.kept()) == (3, ["本文 1", "本文 2"])


@pytest.mark.parametrize("name", ["sid", "PHPSESSID", "s", "tok"])
def test_a_session_in_links_makes_nothing_new(site: Site, name: str) -> None:
    visits = iter(range(1, 99))

    def fresh(request: Any) -> Answer:
        visit = f"{name}={next(visits):032x}"
        if request.url.startswith(f"{HOST}/list"):
            return Answer(200, "".join(f'<li><a href="/show?id={n}&amp;{visit}">{n}</a></li>' for n in range(4)))
        return Answer(200, "text " + request.url.partition("id=")[2].partition("&")[0])

    site.answer = fresh  # type: ignore[method-assign]
    assert site.sweep().documents == 4
    assert (site.sweep().documents, site.asked) == (0, ["/list"])


def test_an_empty_board_beside_others_is_nothing_to_tell(site: Site) -> None:
    site.toml = FORUM + 'boards = "a.board::attr(href)"\n'
    site.pages = {"/board": '<a class="board" href="/b/1">1</a><a class="board" href="/b/2">2</a>'}
    site.pages |= {
        "/b/1": topics((1, 1), following="/b/1?p=2"),
        "/b/1?p=2": topics((2, 1)),
        "/b/2": "<p>nothing yet</p>",
    }
    site.pages |= {"/t/1": posts(1), "/t/2": posts(2)}
    assert site.sweep().state == "done"
    assert (site.sweep().state, len(site.asked)) == ("done", 3)


def test_a_base_address_and_a_page_that_only_leads_on_are_followed(site: Site) -> None:
    site.pages = {
        "/list": '<base href="http://site.example/deep/">' + '<li><a href="1">1</a></li>',
        "/deep/1": '<html><head><meta http-equiv="refresh" content="0; url=/deep/1?go=1"></head></html>',
        "/deep/1?go=1": "one",
    }
    assert (site.sweep().state, site.kept()) == ("done", ["one"])


def test_an_edit_is_another_capture_of_the_same_post_and_a_deletion_is_dated(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 2)), "/t/1": posts(1, 2)}
    site.sweep()
    site.pages["/t/1"] = posts(1, text="直した本文")
    assert site.sweep().documents == 0, "the board says nothing of it"
    assert site.sweep(after=timedelta(hours=1)).documents == 1
    with site.database.read() as session:
        first, second = session.scalars(select(SeenPost).order_by(SeenPost.key)).all()
        addresses = session.scalars(select(Capture.address).where(Capture.address.like("%p1"))).all()
    assert (first.versions, first.gone_at, second.gone_at is not None) == (2, None, True)
    assert len(addresses) == 2
    assert len(set(addresses)) == 1


def test_a_look_for_edits_that_failed_is_begun_anew(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 2)), "/t/1": posts(1, following="/t/1?p=2"), "/t/1?p=2": posts(2)}
    site.sweep()
    site.pages["/t/1"] = Answer(503, "busy")
    site.sweep(after=timedelta(hours=2))
    site.pages["/t/1"] = posts(1, text="直した本文", following="/t/1?p=2")
    assert site.sweep().documents == 1, "the last page alone shows no edit of the first"


def test_news_that_are_not_on_the_last_page_are_looked_for_on_the_first(site: Site) -> None:
    site.toml = FORUM
    first, last = posts(1, following="/t/1?p=2"), Answer(200, posts(2), {"ETag": '"1"'})
    site.pages = {"/board": topics((1, 2)), "/t/1": first, "/t/1?p=2": last}
    site.sweep()
    site.pages = {"/board": topics((1, 3)), "/t/1": first.replace("本文", "直した本文"), "/t/1?p=2": Answer(304)}
    site.answer = lambda request: (  # type: ignore[method-assign]
        last if request.url.endswith("p=2") and "If-None-Match" not in request.headers else Site.answer(site, request)
    )
    assert site.sweep().documents == 1
    assert (site.asked.count("/t/1"), site.asked.count("/t/1?p=2")) == (1, 2)
    assert site.sweep().reason == ""


def test_a_post_that_moves_to_another_page_is_the_same_post(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 3)), "/t/1": posts(1, 2, following="/t/1?p=2"), "/t/1?p=2": posts(3)}
    site.sweep()
    site.pages = {"/board": topics((1, 2)), "/t/1": posts(2, 3)}
    assert (site.sweep().documents, len(site.kept())) == (0, 3)


def test_a_list_page_that_failed_is_walked_to_its_end_the_next_time(site: Site) -> None:
    site.pages = {
        "/list": pastes("1", following="/list?p=2"),
        "/list?p=2": Answer(503, "busy"),
        "/1": "one",
        "/2": "two",
    }
    assert site.sweep().state == "partial"
    site.pages["/list?p=2"] = pastes("2")
    assert (site.sweep().state, site.kept()) == ("done", ["one", "two"])


def test_a_page_that_is_as_it_was_is_not_sent_again(site: Site) -> None:
    def tagged(request: Any) -> Answer:
        if request.headers.get("If-None-Match") == b'"1"':
            return Answer(304)
        return Answer(200, pastes("1"), {"ETag": '"1"'}) if request.url.endswith("/list") else Answer(200, "one")

    site.answer = tagged  # type: ignore[method-assign]
    assert site.sweep().documents == 1
    result = site.sweep()
    assert (result.state, result.reason, site.asked) == ("done", "", ["/list"])


def test_months_and_days_are_read_in_one_order_for_a_whole_source(site: Site) -> None:
    site.toml = PASTES + 'date = "time"\n'
    rows = ["11-02-2026, 12:03 PM", "11-13-2026, 12:05 PM"]
    site.pages = {"/list": "".join(f'<li><a href="/{n}">{n}</a><time>{row}</time></li>' for n, row in enumerate(rows))}
    site.pages |= {"/0": "zero", "/1": "one"}
    site.sweep()
    with site.database.read() as session:
        posted = session.scalars(select(Capture.posted_at).order_by(Capture.id)).all()
    assert [f"{at:%m-%d %H:%M}" for at in posted if at] == ["11-02 12:03", "11-13 12:05"]


def test_what_waits_when_a_sweep_is_cut_off_is_read_by_the_next(site: Site) -> None:
    site.pages = {"/list": pastes("1", "2", "3"), "/1": "one", "/2": "two", "/3": "three"}
    source = read_sources(site.toml, "sources.toml")["a"]
    cut = Outing(site.answer, stops_after=2)
    assert sweep(source, site.settings, site.database, site.clock, go_out=cut).state == "partial"
    site.pages["/list"] = pastes("3")  # the others are not on it any more
    assert site.sweep().documents == 2
    with site.database.write() as session:
        session.execute(update(Sweep).values(reason=""))
        assert session.scalar(select(func.count()).select_from(Capture)) == 3


def test_one_page_in_place_of_many_entries_is_none_of_them(site: Site) -> None:
    error = "<html><title>Oops</title><p>Could not connect to something: too many of them</p></html>"
    site.pages = {"/list": pastes("1", "2", "3", "4"), **{f"/{n}": error for n in range(1, 5)}}
    result = site.sweep()
    assert (result.state, result.waiting) == ("partial", 4)
    site.pages |= {f"/{n}": f"text {n}" for n in range(1, 5)}
    for _ in range(3):
        site.sweep(after=timedelta(days=1))
    assert {f"text {n}" for n in range(1, 5)} <= set(site.kept())


@pytest.mark.parametrize("length", [20, 200])
def test_a_damaged_body_is_kept_told_and_asked_for_again(site: Site, length: int) -> None:
    damaged = Answer(
        200, b"\x1f\x8b\x08\x00" + bytes(range(56, 56 + 100)) * (length // 20), {"Content-Encoding": "gzip"}
    )
    site.pages = {"/list": pastes("1"), "/1": damaged}
    assert site.sweep().state == "partial"
    site.pages["/1"] = "one"
    site.sweep()
    assert site.kept()[-1] == "one"


def test_the_same_words_of_several_people_are_several_posts(site: Site) -> None:
    site.toml = FORUM + 'post_author = "i"\npost_date = "time"\n'
    shown = "".join(
        f'<article><i>人{n}</i><time>2026-11-0{n} 10:00</time><div class="body">通りすがり</div></article>'
        for n in range(1, 6)
    )
    site.pages = {"/board": topics((1, 5)), "/t/1": shown}
    assert site.sweep().documents == 5
    assert site.sweep(after=timedelta(hours=2)).documents == 0


def test_a_list_that_moved_on_further_than_its_length_says_that_there_may_be_a_gap(site: Site) -> None:
    site.toml = '[sources.a]\nengine = "feed"\nurl = "http://site.example/feed"\n'

    def feed(numbers: range) -> str:
        items = "".join(
            f"<item><guid>{n}</guid><title>題 {n}</title><link>http://site.example/{n}</link></item>" for n in numbers
        )
        return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'

    site.pages["/feed"] = feed(range(5))
    assert site.sweep().state == "done"
    site.pages["/feed"] = feed(range(3, 8))
    assert site.sweep().state == "done"
    site.pages["/feed"] = feed(range(50, 55))
    result = site.sweep()
    assert (result.state, result.documents) == ("partial", 5)
    assert "posts may have come and gone" in result.reason


@pytest.mark.parametrize("replies", [1, 15, 16, 40, 75])
def test_a_topic_in_json_is_read_on_over_its_pages(site: Site, replies: int) -> None:
    site.toml = """
[sources.a]
engine = "json-forum"
url = "http://site.example/latest.json"
[sources.a.options]
dialect = "discourse"
"""
    count = 45

    def answer(request: Any) -> Answer:
        parts = urlsplit(request.url)
        page = int(parts.query.partition("page=")[2] or 1)
        if parts.path == "/latest.json":
            listed = [{"id": 7, "title": "話", "posts_count": count}] if page < 1 or not parts.query else []
            return Answer(200, json.dumps({"topic_list": {"topics": listed}}), {"Content-Type": "application/json"})
        shown = [{"post_number": n, "cooked": f"<p>投稿 {n}</p>", "username": "a"} for n in range(1, count + 1)]
        shown = shown[(page - 1) * 20 : page * 20]
        if not shown:
            return Answer(404, "{}")
        told = {"posts_count": count, "post_stream": {"posts": shown}}
        return Answer(200, json.dumps(told), {"Content-Type": "application/json"})

    site.answer = answer  # type: ignore[method-assign]
    assert (site.sweep().state, len(site.kept())) == ("done", 45)
    count += replies
    result = site.sweep()
    assert (result.state, len(site.kept())) == ("done", count), result
    assert site.sweep().documents == 0


def test_a_site_that_moved_to_another_host_is_read_there(site: Site) -> None:
    site.pages = {"/list": pastes("1", "2"), "/1": "one", "/2": Answer(503, "busy")}
    assert site.sweep().state == "partial"
    site.toml = site.toml.replace("site.example", "moved.example")
    site.pages["/2"] = "two"
    assert (site.sweep().state, set(site.kept())) == ("done", {"one", "two"})

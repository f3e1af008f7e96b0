"""Each software is recognised by what it shows, and an unknown page is guessed at, or said to be unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.engines.interface import Page
from crawler.software.dialect_files import Dialect, SoftwareSigns, all_dialects
from crawler.software.places import probes_of
from crawler.software.proposals import Proposal, Why
from crawler.software.recognition import recognise
from crawler.sources import engines
from tests.crawler.dialects.test_forums import BOARDS
from tests.crawler.dialects.test_pastes import LISTS

PAGES = Path(__file__).parent.parent / "dialects"
SITE = "http://site.example/"


def page(text: str, address: str = SITE, kind: str = "text/html", **headers: str) -> Page:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(address, text.encode(), kind, "utf-8", headers=told)


def first(text: str, address: str = SITE, kind: str = "text/html", **headers: str) -> Proposal:
    return recognise(page(text, address, kind, **headers))[0]


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("which", ["board", "topic"])
def test_the_pages_of_a_forum_are_recognised(name: str, which: str) -> None:
    found = first((PAGES / name / f"{which}.html").read_text(encoding="utf-8"), SITE + BOARDS[name].address)
    assert (found.engine, found.dialect) == ("html-forum", BOARDS[name].dialect or name)


@pytest.mark.parametrize("name", LISTS)
def test_the_list_of_a_paste_site_is_recognised(name: str) -> None:
    kind = "application/json" if LISTS[name].file.endswith("json") else "text/html"
    found = first((PAGES / name / LISTS[name].file).read_text(encoding="utf-8"), SITE + LISTS[name].address, kind)
    assert (found.engine, found.dialect) == ("paste-list", name)


@pytest.mark.parametrize(
    ("cookie", "dialect"),
    [("phpbb3_abcde_sid", "phpbb"), ("SMFCookie89", "smf"), ("mybb[lastvisit]", "mybb"), ("xf_csrf", "xenforo"),
     ("bbsessionhash", "vbulletin3"), ("bb_lastvisit", "vbulletin4"), ("pun_cookie", "fluxbb"),
     ("ips4_IPSSessionFront", "invision")],
)  # fmt: skip
def test_a_cookie_tells_the_software_of_a_page_that_says_nothing(cookie: str, dialect: str) -> None:
    found = first("<p>welcome", set_cookie=f"{cookie}=0; path=/")
    assert (found.dialect, found.why, found.shown) == (dialect, Why.COOKIE, cookie)
    assert recognise(page("<p>welcome"), [cookie])[0] == found


def test_an_index_of_boards_is_where_a_source_may_begin() -> None:
    found = first('<html><body id="phpbb"><a class="forumtitle" href="viewforum.php?f=3">板</a>')
    assert found.options == {"boards": "a.forumtitle::attr(href)"}
    options = next(dialect for dialect in all_dialects() if dialect.name == "phpbb").options
    assert engines()[found.engine].Options(**options, **found.options)


@pytest.mark.parametrize(
    ("text", "address", "kind", "engine", "begins"),
    [
        (
            "<?xml version='1.0'?><!-- x -->\n<rss version='2.0'>",
            SITE + "feed",
            "application/rss+xml",
            "feed",
            SITE + "feed",
        ),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", SITE + "a", "text/xml", "feed", SITE + "a"),
        ("1762000000.dat<>架空の名簿 (57)\n", SITE + "news/subject.txt", "text/plain", "dat-board", SITE + "news/"),
        (
            "1762000000.cgi,架空の名簿(57)\n",
            SITE + "internet/1/subject.txt",
            "text/plain",
            "rawmode-board",
            SITE + "internet/1/",
        ),
        (
            "<p>x",
            "https://jbbs.shitaraba.net/bbs/read.cgi/internet/17144/1762000000/",
            "text/html",
            "rawmode-board",
            "https://jbbs.shitaraba.net/internet/17144/",
        ),
        (
            "<p>x",
            "https://jbbs.shitaraba.net/internet/17144/",
            "text/html",
            "rawmode-board",
            "https://jbbs.shitaraba.net/internet/17144/",
        ),
        (
            "<p>x",
            "https://egg.5ch.net/test/read.cgi/software/1762000000/l50",
            "text/html",
            "dat-board",
            "https://egg.5ch.net/software/",
        ),
        (
            "<p>x",
            "https://kakuu.example/test/read.cgi/b/1762000000/",
            "text/html",
            "dat-board",
            "https://kakuu.example/b/",
        ),
        (
            "<p>x",
            "https://hayabusa.open2ch.net/news4vip/",
            "text/html",
            "dat-board",
            "https://hayabusa.open2ch.net/news4vip/",
        ),
        ("<p>x", "https://gist.github.com/discover", "text/html", "gists", "https://api.github.com/gists/public"),
        (
            '[{"files": {}, "git_pull_url": "x"}]',
            SITE + "gists/public",
            "application/json",
            "gists",
            SITE + "gists/public",
        ),
    ],
)
def test_what_needs_no_dialect_is_told_by_its_content_or_address(
    text: str, address: str, kind: str, engine: str, begins: str
) -> None:
    found = first(text, address, kind)
    assert (found.engine, found.address) == (engine, begins)


OTHERS = [
    Dialect(name, "json-forum", SoftwareSigns(), {})
    for name in ("discourse", "nodebb", "flarum", "mastodon", "misskey", "telegram", "reddit", "pastebin-scraping",
                 "misp-feed", "leak-list")
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "html", "headers", "begins"),
    [
        ("discourse", '<meta name="generator" content="Discourse 3.4.0">', {}, "latest.json"),
        ("nodebb", "<p>x", {"x_powered_by": "NodeBB"}, "api/recent"),
        ("flarum", '<div id="flarum-app"></div>', {}, "api/discussions"),
        ("flarum", "<p>x", {"set_cookie": "flarum_session=x"}, "api/discussions"),
        ("mastodon", '<div id="mastodon"></div>', {}, "api/v1/timelines/public?local=true&limit=40"),
        ("misskey", '<meta name="application-name" content="Misskey">', {}, "api/notes/local-timeline"),
    ],
)
def test_software_with_an_interface_for_programs_is_read_there(
    name: str, html: str, headers: dict[str, str], begins: str
) -> None:
    found = recognise(page(f"<html>{html}</html>", SITE + "t/1", **headers), dialects=OTHERS)[0]
    assert (found.dialect, found.address) == (name, SITE + begins)


@pytest.mark.parametrize(
    ("name", "answer", "asked", "begins"),
    [
        ("discourse", {"topic_list": {"topics": [{"id": 1, "bumped_at": "x"}]}}, "latest.json", "latest.json"),
        ("nodebb", {"categories": [{"cid": 1}]}, "api/categories", "api/recent"),
        ("nodebb", {"topics": [{"tid": 1, "cid": 1}]}, "api/recent", "api/recent"),
        ("flarum", {"data": [{"type": "discussions"}]}, "api/discussions", "api/discussions"),
        ("mastodon", [{"account": {}, "content": "", "visibility": "public"}], "api/v1/x", "api/v1/x"),
        ("mastodon", {"software": {"name": "gotosocial"}, "protocols": []}, "nodeinfo/2.0",
         "api/v1/timelines/public?local=true&limit=40"),
        ("misskey", {"software": {"name": "sharkey"}, "protocols": []}, "nodeinfo/2.0", "api/notes/local-timeline"),
        ("reddit", {"kind": "Listing", "data": {}}, "r/x/new.json", "r/x/new.json"),
        ("pastebin-scraping", [{"scrape_url": "x", "key": "y"}], "api_scraping.php", "api_scraping.php"),
        ("misp-feed", {"5f1f2f3f-0000-4000-8000-000000000001": {}}, "manifest.json", "manifest.json"),
        ("leak-list", [{"post_title": "x", "group_name": "y"}], "posts.json", "posts.json"),
    ],
)  # fmt: skip
def test_what_answers_to_programs_says_what_it_is(name: str, answer: object, asked: str, begins: str) -> None:
    (found,) = recognise(page(json.dumps(answer), SITE + asked, "application/json"), dialects=OTHERS)
    assert (found.dialect, found.address, found.why) == (name, SITE + begins, Why.ANSWER)


@pytest.mark.parametrize(
    "answer", [{"name": "app", "icons": []}, [], {}, [1], {"data": 1}, {"topics": {"x": 1}}, {"categories": 1}]
)
def test_any_other_answer_is_unknown(answer: object) -> None:
    assert recognise(page(json.dumps(answer), kind="application/json"), dialects=OTHERS)[0].why is Why.UNKNOWN


def test_a_channel_is_read_by_its_preview_for_the_web() -> None:
    found = recognise(page("<p>x", "https://t.me/kakuu_channel/7"), dialects=OTHERS)[0]
    assert (found.dialect, found.address) == ("telegram", "https://t.me/s/kakuu_channel")


def test_feeds_that_a_page_names_are_proposed_too() -> None:
    html = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body id="phpbb">'
    forum, feed = recognise(page(html))
    assert (forum.dialect, feed.engine, feed.address) == ("phpbb", "feed", SITE + "rss.xml")


@pytest.mark.parametrize(
    ("html", "why", "shown"),
    [
        ('<script src="js/privatebin.js?2.0"></script>', Why.ENCRYPTED, "PrivateBin"),
        ('<div id="cipherdata"></div>', Why.ENCRYPTED, "PrivateBin"),
        ('<a href="https://github.com/supakeen/pinnwand">source</a>', Why.UNLISTED, "pinnwand"),
        ('<link rel="stylesheet" href="/static/pinnwand.css?v=1">', Why.UNLISTED, "pinnwand"),
        ('<a href="https://github.com/lcomrade/lenpaste">source</a>', Why.UNLISTED, "lenpaste"),
        ('<script src="application.min.js"></script>', Why.UNLISTED, "hastebin"),
        ('<form id="snippet-form"></form>', Why.UNLISTED, "dpaste"),
    ],
)
def test_what_nobody_can_list_or_read_is_said_to_be_so(html: str, why: Why, shown: str) -> None:
    found = first(f"<html>{html}</html>")
    assert (found.engine, found.why, found.shown) == ("", why, shown)
    assert shown in found.sentence("ja")
    assert shown in found.sentence("en")


def entries(many: int, text: str) -> str:
    return "".join(
        f'<li class="row"><h3><a href="/x/{n}">架空の話題 その {n}</a></h3>'
        f'<span class="when">2026-11-01 18:{n:02}</span>'
        f'<div class="body">{text}</div></li>'
        for n in range(many)
    )


@pytest.mark.parametrize(("text", "engine"), [("", "paste-list"), ("架空一郎の話です。" * 30, "html-stream")])
def test_what_repeats_on_an_unknown_page_is_guessed_and_can_be_tried(text: str, engine: str) -> None:
    menu = "<nav>" + "".join(f'<a href="/m/{n}">menu {n}</a>' for n in range(30)) + "</nav>"
    following = '<a rel="next" href="?page=2">次</a>'
    found = first(f'<html><body>{menu}<ul class="things">{entries(12, text)}</ul>{following}</body></html>')
    assert (found.engine, found.why, found.shown) == (engine, Why.STRUCTURE, "12")
    options = engines()[found.engine].Options(**found.options).model_dump()
    assert (options["entries"], options["date"], options["next"]) == (
        "li.row",
        "span.when",
        "a[rel='next']::attr(href)",
    )
    assert options["title"] == "h3 a"
    if text:
        assert options["text"] == "div.body"


@pytest.mark.parametrize(
    "html", ["<p>welcome", "", "<html><ul><li><a href=/a>a</a><li><a href=/b>b</a></ul>", "plain text"]
)
def test_where_nothing_is_known_it_is_said_so(html: str) -> None:
    assert first(html, kind="text/html" if "<" in html else "text/plain").why is Why.UNKNOWN


@pytest.mark.parametrize("why", list(Why))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_has_a_sentence(why: Why, language: str) -> None:
    assert "架空" in Proposal("", SITE, why, "架空").sentence(language)


TREE = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(text=st.text() | TREE.map(json.dumps), address=st.text() | st.just(SITE))
def test_any_page_has_a_proposal(text: str, address: str) -> None:
    for kind in ("text/html", "application/json", ""):
        assert recognise(Page(address, text.encode("utf-8", "replace"), kind))
    assert len(probes_of(address)) <= 40


def test_a_site_is_asked_at_its_root_and_where_the_page_is() -> None:
    asked = {probe.address: probe.software for probe in probes_of("https://site.example/forum/index.php?x=1")}
    assert asked["https://site.example/latest.json"] == "discourse"
    assert asked["https://site.example/forum/latest.json"] == "discourse"
    assert asked["https://site.example/forum/subject.txt"] == "dat-board"
    assert all(address.startswith("https://site.example/") for address in asked)


@pytest.mark.parametrize("many", [4, 30])
def test_a_page_that_is_deep_or_wide_ends(many: int) -> None:
    assert recognise(page("<div>" * 3000 + entries(many, "") + "<ul>" + "<li><a href=x>y</a>" * 3000))

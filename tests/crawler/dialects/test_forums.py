"""Each forum dialect on a made-up board and topic of its software: what a sweep would see, and what it must not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crawler.engines.interface import Fetch, KeepPost, Listed, Mark, Page, Problem, Step
from crawler.pages.addresses import clean_address
from crawler.software.dialect_files import all_dialects, find_dialect
from crawler.sources import engines

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGES = Path(__file__).parent
BASE = "http://site.example/"
FETCHED = datetime(2026, 11, 28, 3, tzinfo=UTC)
SESSIONS = ("0123456789abcdef" * 2, "fedcba9876543210" * 2)


class Board(NamedTuple):
    """Where a board, its two topics and the pages after the first ones are."""

    address: str
    topics: tuple[str, str]
    next_board: str
    next_topic: str
    seconds: int = 0
    dialect: str = ""


BOARDS = {
    "phpbb": Board("viewforum.php?f=3", ("viewtopic.php?f=3&t=5", "viewtopic.php?f=3&t=7"),
                   "viewforum.php?f=3&start=25", "viewtopic.php?t=5&start=10"),
    "smf": Board("index.php?board=3.0", ("index.php?topic=5.0", "index.php?topic=7.0"), "index.php?board=3.20",
                 "index.php?topic=5.15", 12),
    "smf20": Board("index.php?board=3.0", ("index.php?topic=5.0", "index.php?topic=7.0"), "index.php?board=3.20",
                   "index.php?topic=5.15", 12, "smf"),
    "mybb": Board("forumdisplay.php?fid=3", ("showthread.php?tid=5", "showthread.php?tid=7"),
                  "forumdisplay.php?fid=3&page=2", "showthread.php?tid=5&page=2"),
    "vbulletin3": Board("forumdisplay.php?f=3", ("showthread.php?t=5", "showthread.php?t=7"),
                        "forumdisplay.php?f=3&order=desc&page=2", "showthread.php?t=5&page=2"),
    "vbulletin4": Board("forumdisplay.php?3-meibo", ("showthread.php?5-meibo", "showthread.php?7-zatsudan"),
                        "forumdisplay.php?3-meibo/page2", "showthread.php?5-meibo/page2"),
    "xenforo": Board("forums/meibo.3/", ("threads/meibo.5/", "threads/zatsudan.7/unread"), "forums/meibo.3/page-2",
                     "threads/meibo.5/page-2"),
    "fluxbb": Board("viewforum.php?id=3", ("viewtopic.php?id=5", "viewtopic.php?id=7"), "viewforum.php?id=3&p=2",
                    "viewtopic.php?id=5&p=2"),
    "punbb": Board("viewforum.php?id=3", ("viewtopic.php?id=5", "viewtopic.php?id=7"), "viewforum.php?id=3&p=2",
                   "viewtopic.php?id=5&p=2"),
    "misago": Board("", ("t/meibo/5/", "t/zatsudan/7/"), "?start=68", "t/meibo/5/2/"),
    "invision": Board("forum/3-meibo/", ("topic/5-meibo/", "topic/7-zatsudan/"), "forum/3-meibo/page/2/",
                      "topic/5-meibo/page/2/"),
}  # fmt: skip


class Nothing:
    """No earlier sweep."""

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """None."""
        del keys
        return {}


def page(name: str, which: str, address: str, **shown: str) -> Page:
    """A page with what changes from visit to visit."""
    text = (PAGES / name / f"{which}.html").read_text(encoding="utf-8")
    for place, value in {"SID": SESSIONS[0], "COUNT": "11", "LAST": "62", "VIEWS": "120", **shown}.items():
        text = text.replace(f"{{{place}}}", value)
    return Page(BASE + address, text.encode(), "text/html", "utf-8", fetched_at=FETCHED)


def read(name: str, which: str, **shown: str) -> list[Step]:
    """The steps on a board, or on its first topic."""
    board = BOARDS[name]
    dialect = find_dialect(board.dialect or name)
    options = engines()[dialect.engine].Options(**{"zone": "Asia/Tokyo", "date_order": "mdy", **dialect.options})
    engine = engines()[dialect.engine](BASE + board.address, options, Nothing(), deep=True)
    if which == "board":
        (fetch,) = engine.start()
        return list(engine.read(fetch, page(name, which, board.address, **shown)))
    fetch = Fetch(BASE + board.topics[0], "topic", "topic:5", "11", {"title": "架空の名簿", "page": "1"})
    return list(engine.read(fetch, page(name, which, board.topics[0], **shown)))


def entries(name: str, **shown: str) -> dict[str, str]:
    """The keys of a board's topics with their marks."""
    return {step.key: step.value for step in read(name, "board", **shown) if isinstance(step, Fetch) and step.key}


def test_every_dialect_of_a_forum_has_its_pages() -> None:
    ours = {dialect.name for dialect in all_dialects() if dialect.engine == "html-forum"}
    assert ours - {"spirit"} == {board.dialect or name for name, board in BOARDS.items()}  # Spirit's is a real server


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_shows_its_topics_and_its_next_page(name: str) -> None:
    steps = read(name, "board")
    assert not [step for step in steps if isinstance(step, Problem)]
    (listed,) = [step for step in steps if isinstance(step, Listed)]
    assert (listed.entries, listed.unusable) == (2, 0)
    topics = [step for step in steps if isinstance(step, Fetch) and step.key]
    assert [topic.address for topic in topics] == [BASE + address for address in BOARDS[name].topics]
    assert [topic.notes["title"] for topic in topics] == ["架空の名簿 & 番号", "雑談"]
    (following,) = [step for step in steps if isinstance(step, Fetch) and not step.key]
    assert clean_address(following.address) == BASE + BOARDS[name].next_board


@pytest.mark.parametrize("name", BOARDS)
def test_a_topic_is_the_same_in_another_visit_and_another_one_after_a_reply(name: str) -> None:
    before = entries(name)
    assert entries(name, SID=SESSIONS[1], VIEWS="4711") == before
    after = entries(name, COUNT="12", LAST="63")
    assert after.keys() == before.keys()
    assert [key for key in after if after[key] != before[key]] == list(before)[:1]


@pytest.mark.parametrize("name", BOARDS)
def test_posts_have_their_text_author_time_and_name_and_nothing_else(name: str) -> None:
    steps = read(name, "topic")
    first, second = [step for step in steps if isinstance(step, KeepPost)]
    assert first.text == "架空一郎,090-0012-3400\n仮名二葉,090-0112-3401"
    assert (first.author, second.author) == ("名無し太郎", "通りすがり")
    assert second.text.endswith("返事")
    assert "架空一郎" in second.text
    assert first.id
    assert second.id
    assert first.id != second.id
    assert SESSIONS[0] not in first.address + second.address
    assert first.posted
    assert second.posted
    seconds = BOARDS[name].seconds
    assert first.posted.at == datetime(2026, 11, 1, 9, 37, seconds, tzinfo=UTC)
    assert second.posted.at == datetime(2026, 11, 27, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize("name", BOARDS)
def test_a_topic_goes_on(name: str) -> None:
    (following,) = [step for step in read(name, "topic") if isinstance(step, Fetch)]
    assert clean_address(following.address) == BASE + BOARDS[name].next_topic

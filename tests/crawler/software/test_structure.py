"""Software that nobody told us of: the boards and topics of that which we know, read as if we did not."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest
from lxml import etree

from crawler.engines.interface import Fetch, KeepPost, Page
from crawler.pages.selectors import select_all
from crawler.software.dialect_files import find_dialect
from crawler.software.proposals import Proposal, Why
from crawler.software.recognition import recognise
from crawler.software.structure import with_entry
from crawler.sources import engines
from tests.crawler.dialects.test_forums import BASE, BOARDS, FETCHED, Nothing, page

TOPICS = 10


def full_board(name: str) -> Page:
    """A board with ten topics: the last one again and again, with other numbers."""
    topics = find_dialect(BOARDS[name].dialect or name).options["topics"]
    root = page(name, "board", BOARDS[name].address).root
    last = select_all(root, topics)[-1].root
    for number in range(TOPICS - 2):
        more = copy.deepcopy(last)
        for element in more.iter():
            for key in ("href", "id"):
                if key in element.attrib:
                    element.set(key, str(element.get(key)).replace("7", str(80 + number)))
        last.addnext(more)
    html = etree.tostring(root.root, encoding="unicode", method="html")
    return Page(BASE + BOARDS[name].address, html.encode(), "text/html", "utf-8", fetched_at=FETCHED)


def guess(name: str) -> Proposal:
    (found,) = [one for one in recognise(full_board(name), dialects=[]) if one.why is Why.STRUCTURE]
    return found


@pytest.mark.parametrize("name", BOARDS)
def test_the_topics_of_a_board_are_what_repeats_on_it(name: str) -> None:
    board, found = full_board(name), guess(name)
    dialect = find_dialect(BOARDS[name].dialect or name).options
    wanted = {board.link(select_all(one, dialect["topic_link"]).get() or "")
              for one in select_all(board.root, dialect["topics"])}  # fmt: skip
    shown = select_all(board.root, found.options["entries"])
    links = {board.link(select_all(one, found.options["link"]).get() or "") for one in shown}
    assert len(wanted) == TOPICS
    assert len(shown) <= TOPICS + 1
    assert len(links & wanted) >= TOPICS - 1  # a label before a title is a link as well
    assert found.options["date"]


@pytest.mark.parametrize("name", BOARDS)
def test_one_topic_shows_what_posts_are_and_the_source_can_be_swept(name: str) -> None:
    topic = page(name, "topic", BOARDS[name].topics[0])
    found = with_entry(guess(name), topic)
    assert found.engine == "html-forum"
    options = engines()[found.engine].Options(**{"zone": "Asia/Tokyo", "date_order": "mdy", **found.options})
    engine = engines()[found.engine](BASE, options, Nothing(), deep=True)
    steps = engine.read(Fetch(topic.address, "topic", "topic:5", "1", {"title": "", "page": "1"}), topic)
    first, *_, second = [step for step in steps if isinstance(step, KeepPost)]  # what happened stands between them
    assert "架空一郎,090-0012-3400\n仮名二葉,090-0112-3401" in first.text
    assert second.text.endswith("返事")
    assert first.posted
    assert first.posted.at
    assert first.posted.at.replace(second=0) == datetime(2026, 11, 1, 9, 37, tzinfo=UTC)
    assert second.posted
    assert second.posted.at == datetime(2026, 11, 27, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize(("html", "text"), [("<pre>架空一郎</pre>", "pre"), ("<textarea>x</textarea>", "textarea"),
                                            ("<main>架空一郎</main>", "main"), ("<p>x", None)])  # fmt: skip
def test_one_paste_shows_where_its_text_is(html: str, text: str | None) -> None:
    listed = Proposal("paste-list", BASE, Why.STRUCTURE, "9", options={"entries": "li", "link": "a::attr(href)"})
    found = with_entry(listed, Page(BASE, f"<html><body>{html}".encode(), "text/html"))
    assert (found.engine, found.options.get("text")) == ("paste-list", text)
    assert engines()[found.engine].Options(**found.options)


def test_what_is_no_guess_stays_as_it_is() -> None:
    known = Proposal("html-forum", BASE, Why.GENERATOR, "x", "phpbb")
    assert with_entry(known, page("phpbb", "topic", "viewtopic.php?t=5")) == known

"""An inquiry as a conversation: addresses come out, pages go in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.engines.interface import Page
from crawler.software.dialect_files import Dialect, SoftwareSigns
from crawler.software.inquiry import MOST_ASKED, inquire
from crawler.software.proposals import Why
from tests.crawler.dialects.test_forums import BASE, BOARDS, page
from tests.crawler.software.test_structure import full_board

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.software.proposals import Proposal

DISCOURSE = Dialect("discourse", "json-forum", SoftwareSigns(), {})


def ask(
    address: str, site: Mapping[str, Page], dialects: Sequence[Dialect] | None = None
) -> tuple[list[Proposal], list[str]]:
    """The proposals for a site, and what was asked for."""
    inquiry, asked = inquire(address, dialects), []
    try:
        wanted = next(inquiry)
        while True:
            asked.append(wanted)
            wanted = inquiry.send(site.get(wanted))
    except StopIteration as end:
        return end.value, asked


def html(text: str, address: str = BASE) -> Page:
    return Page(address, text.encode(), "text/html", "utf-8")


def test_what_is_sure_is_asked_no_further() -> None:
    board = page("phpbb", "board", "viewforum.php?f=3")
    found, asked = ask(board.address, {board.address: board})
    assert (found[0].dialect, asked) == ("phpbb", [board.address])


def test_software_that_says_nothing_to_people_answers_to_programs() -> None:
    latest = json.dumps({"topic_list": {"topics": [{"id": 1, "bumped_at": "x"}]}}).encode()
    site = {BASE: html("<p>please enable scripts"), f"{BASE}latest.json": Page(f"{BASE}latest.json", latest)}
    found, asked = ask(BASE, site, [DISCOURSE])
    assert (found[0].engine, found[0].dialect, found[0].address) == ("json-forum", "discourse", f"{BASE}latest.json")
    assert asked == [BASE, f"{BASE}latest.json"]


def test_an_unknown_board_is_known_by_one_of_its_topics() -> None:
    board = full_board("fluxbb")
    topic = page("fluxbb", "topic", BOARDS["fluxbb"].topics[0])
    found, asked = ask(board.address, {board.address: board, topic.address: topic}, [])
    assert found[0].engine == "html-forum"
    assert found[0].options["posts"] == "div.blockpost"
    assert asked[-1] == topic.address
    assert len(asked) <= MOST_ASKED


def test_a_site_that_does_not_answer_is_unknown_after_a_few_questions() -> None:
    found, asked = ask(BASE, {})
    assert [one.why for one in found] == [Why.UNKNOWN]
    assert asked[0] == BASE
    assert len(asked) == len(set(asked)) <= MOST_ASKED


def test_a_folder_without_a_page_for_people_may_hold_a_board() -> None:
    subjects = Page(BASE + "subject.txt", b"1762000000.dat<>title (57)\n", "text/plain", "utf-8")
    found, _ = ask(BASE, {BASE + "subject.txt": subjects})
    assert [one.engine for one in found] == ["dat-board"]


@pytest.mark.parametrize("text", ["<p>welcome", ""])
def test_where_nothing_helps_it_is_said_so_after_a_few_questions(text: str) -> None:
    found, asked = ask(BASE, {BASE: html(text)})
    assert [one.why for one in found] == [Why.UNKNOWN]
    assert len(asked) == len(set(asked)) <= MOST_ASKED


@given(text=st.text(), address=st.text() | st.just(BASE))
def test_any_site_has_a_proposal_and_is_asked_little(text: str, address: str) -> None:
    found, asked = ask(address, {address: html(text, address)})
    assert found
    assert len(asked) <= MOST_ASKED

"""Pages of real servers are recognised as theirs."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

from crawler.engines.interface import Page
from crawler.software.recognition import recognise

if TYPE_CHECKING:
    from tests.targets.bepasty import Bepasty
    from tests.targets.spirit import Spirit


def page(address: str) -> Page:
    with urllib.request.urlopen(address) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Page(answer.url, answer.read(), answer.headers.get_content_type(), headers=headers)


def test_a_bepasty_is_read_from_its_list_wherever_one_came_in(bepasty: Bepasty) -> None:
    for path in ("/", "/+list"):
        found = recognise(page(bepasty.url + path))[0]
        assert (found.engine, found.dialect, found.address) == ("paste-list", "bepasty", f"{bepasty.url}/+list")


def test_a_spirit_is_recognised_by_a_category_and_by_its_index(spirit: Spirit) -> None:
    for address in (spirit.board, f"{spirit.url}/"):
        found = recognise(page(address))[0]
        assert (found.engine, found.dialect) == ("html-forum", "spirit")

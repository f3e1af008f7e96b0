"""Tags with hundreds of attributes are seen wherever they stand and however they are written; no other tag is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from core.markup import MOST_ATTRIBUTES, has_heavy_tag

MANY = MOST_ATTRIBUTES + 1
FORMS = {
    "quoted": 'a{n}="v"',
    "quoted once": "a{n}='v'",
    "bare": "a{n}=v",
    "names alone": "a{n}",
    "with a sign of a tag inside": 'a{n}="<>"',
    "with a beginning inside": 'a{n}="<"',
    "with an end inside": "a{n}='>'",
    "with the other quote inside": 'a{n}="it\'s"',
    "without spaces": 'a{n}="v"',
    "spaced": "a{n} = v",
}
BEFORE = st.sampled_from(
    ["", "<p>it's 3 < 4</p>", "<!-- <a ' -->", '<script>if (a<b) x = "</p>"</script>', "<style>a > b {}</style>",
     '<![CDATA[ <a " ]]>', "<img alt='\"'>", "架空 一郎\n"]
)  # fmt: skip


def tag(form: str, count: int) -> str:
    between = "" if form == "without spaces" else "\n "
    return "<x " + between.join(FORMS[form].format(n=n) for n in range(count)) + ">"


@given(st.lists(BEFORE, max_size=4).map("".join), st.sampled_from(sorted(FORMS)), BEFORE)
def test_a_heavy_tag_is_seen_behind_whatever_stands_before_it(before: str, form: str, after: str) -> None:
    assert has_heavy_tag(before + tag(form, MANY) + after)


@given(st.lists(BEFORE, max_size=4).map("".join), st.sampled_from(sorted(FORMS)), BEFORE)
def test_a_tag_of_a_few_dozen_is_none(before: str, form: str, after: str) -> None:
    assert not has_heavy_tag((before + tag(form, 40) + after) * 20)


@given(st.text("<>\"'= a/!-[]", max_size=400))
def test_whatever_the_parser_takes_for_more_attributes_is_seen(text: str) -> None:
    """Of what has few enough characters to hold none, nothing is."""
    assert not has_heavy_tag(text[: 2 * MOST_ATTRIBUTES])


def test_an_xml_document_hides_none_in_an_element_called_script() -> None:
    text = f"<r><script>{tag('quoted', MANY)}</script></r>"
    assert has_heavy_tag(text, xml=True)
    assert not has_heavy_tag(text)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_parser_would_see_them_as_well(form: str) -> None:
    root = etree.fromstring(tag(form, MANY), etree.HTMLParser(recover=True))
    assert max(len(element.attrib) for element in root.iter()) == MANY


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<script>", "<a '", '<a "', "<![CDATA[", "<a =", "a='"])
def test_ten_million_characters_of_anything_are_looked_through_once(piece: str) -> None:
    """What took the square of the time would not end here."""
    has_heavy_tag(piece * (10_000_000 // len(piece)))

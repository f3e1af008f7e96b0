"""Words are marked where they stand in what is shown, and nothing of a text is lost, changed or let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.query.folding import folded
from web.marking import marked

texts = st.text(st.sampled_from(list("aAbＢ漏えいｶﾞガﾊﾟパ <>&\"'　\n\t\0é")) | st.characters(), max_size=40)


@given(
    text=texts,
    words=st.lists(st.text(min_size=1, max_size=4) | st.sampled_from(["が", "ガ", "ab", "漏え"]), max_size=4),
)
def test_the_pieces_of_a_text_are_the_text(text: str, words: list[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, words)) == text


@given(
    text=st.text(st.sampled_from(list("abＡＢ漏えいｶﾞガ")), min_size=1, max_size=20),
    word=st.sampled_from(["a", "漏え", "ガ"]),
)
def test_a_word_that_the_search_finds_is_marked(text: str, word: str) -> None:
    found = [piece for piece, is_word in marked(text, [word]) if is_word]
    assert bool(found) == (folded(word) in folded(text))
    assert all(folded(word) in folded(piece) for piece in found)


@pytest.mark.parametrize(
    ("text", "word", "pieces"),
    [
        ("名簿の漏えい", "漏えい", [("名簿の", False), ("漏えい", True)]),
        ("ＰＡＳＴＥ", "paste", [("ＰＡＳＴＥ", True)]),
        ("ｶﾞｲﾄﾞ", "ガイ", [("ｶﾞｲ", True), ("ﾄﾞ", False)]),
        ("a  b", "a b", [("a  b", True)]),
        ("aaa", "aa", [("aa", True), ("a", False)]),
        ("x", "", [("x", False)]),
        ("", "x", []),
    ],
)
def test_what_differs_in_width_or_case_alone_is_marked(text: str, word: str, pieces: list[tuple[str, bool]]) -> None:
    assert marked(text, [word]) == pieces

"""What stays hidden in a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.masking.masks import mask, masked_line

TABLE = "名簿です\n\n氏名,電話番号\n佐伯 実花,090-0000-4127\n森 健,090-0000-4128\n番号なし 太郎,\n"
POST = "昨日の話。\n\n佐伯実花の番号は090-0000-4127です。\n住所は後で。\n\nでは、また来週。"


def seen(text: str, *places: dict[str, object]) -> str:
    return "".join("▢" if kind else piece for kind, piece in mask(text, places))


def test_a_list_keeps_its_heading_and_hides_every_row() -> None:
    assert seen(TABLE) == "名簿です\n\n氏名,電話番号\n▢ ▢,▢\n▢ ▢,▢\n▢ ▢,\n"


def test_a_heading_that_nobody_knows_stays_between_known_ones() -> None:
    assert seen("契約先,氏名,電話番号\nX,佐伯,090-0000-4127").startswith("契約先,氏名,電話番号\n▢,▢,▢")


def test_the_paragraph_around_an_identifier_is_hidden_and_the_others_stay() -> None:
    shown = seen(POST)
    assert shown.startswith("昨日の話。\n")
    assert shown.endswith("\nでは、また来週。")
    assert "佐伯" not in shown
    assert "住所は後で" not in shown


def test_a_line_on_which_the_matcher_found_somebody_is_hidden() -> None:
    text = "前置き\n\n佐伯 実花 昭和55年生まれの人\n\n後書き\n\nもう一行"
    assert "佐伯" not in seen(text, {"line": 3})
    assert "前置き" in seen(text, {"line": 3})


@pytest.mark.parametrize(
    "title", ["佐伯実花様の件", "call 090-0000-4127", "leak of mika@carrier.example", "田中さんの住所"]
)
def test_a_title_shows_no_identifier(title: str) -> None:
    shown = masked_line(title)
    assert shown != title
    assert not any(value in shown for value in ["佐伯", "4127", "mika@", "田中"])


def test_an_ordinary_title_stays() -> None:
    assert masked_line("新規リスト 一部公開 (40/12000)") == "新規リスト 一部公開 (40/12000)"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece for _, piece in mask(text)) == text

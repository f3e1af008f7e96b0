"""What can still be read of masked values."""

from __future__ import annotations

import pytest

from matcher.find.masked import find_phones, is_masked, readable_part


@pytest.mark.parametrize(
    ("text", "term", "value"),
    [
        ("090-0012-****", "phone.first7", "0900012"),
        ("０９０－００１２－＊＊＊＊", "phone.first7", "0900012"),
        ("電話は0900012xxxxです", "phone.first7", "0900012"),
        ("03-0012-○○○○", "phone.first7", "030012"),
        ("***-****-3400", "phone.last4", "3400"),
        ("090-****-3400", "phone.last4", "3400"),
    ],
)
def test_half_a_phone_number_is_read(text: str, term: str, value: str) -> None:
    assert [(found[2], found[3]) for found in find_phones(text)] == [(term, value)]


@pytest.mark.parametrize("text", ["090-0012-3400", "****", "2026-11-**", "12345****", "価格は***円"])
def test_what_is_no_masked_phone_is_left_alone(text: str) -> None:
    assert list(find_phones(text)) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [("name", "山田 太*"), ("name", "山田＊＊"), ("email", "ta***@post.example"), ("address", "東京都千代田区***")],
)
def test_masked_values_are_known_as_such(kind: str, text: str) -> None:
    assert is_masked(kind, text)


def test_what_stands_before_the_mask_is_left() -> None:
    assert readable_part("山田 太*") == "山田 太"
    assert readable_part("山田 太郎") is None

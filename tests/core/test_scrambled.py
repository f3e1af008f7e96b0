"""Text that was read in a wrong encoding once: as it was meant again, and honest text left alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encodings.decoder import decode
from core.encodings.scrambled import unscrambled

FAMILIES = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "渡辺",
    "伊藤",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "清水",
    "林",
    "斎藤",
]
GIVENS = [
    "一郎",
    "花子",
    "美咲",
    "健太",
    "さくら",
    "悠斗",
    "直輔",
    "恵彦",
    "香織",
    "翔太",
    "ユイ",
    "大輔",
    "結衣",
    "弘悟",
    "隆一",
]
PLACES = [
    "東京都千代田区千代田",
    "大阪府大阪市北区梅田",
    "愛知県名古屋市中区栄",
    "北海道札幌市中央区北一条西",
    "福岡県福岡市博多区",
]
KANA = ["カクウ イチロウ", "ﾀﾅｶ ﾊﾅｺ", "さとう けんた"]
WESTERN = ["Crème brûlée à la carte", "Größe: 3 Stück, für Müller", "El niño comió mañana", "naïve café — déjà vu"]
SPOILED = [("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "cp932"), ("euc_jp", "cp932")]


def rows(draw: random.Random, count: int = 12) -> str:
    def row() -> str:
        name, place = draw.choice(FAMILIES) + " " + draw.choice(GIVENS), draw.choice(PLACES)
        number = f"{draw.randint(1, 20)}-{draw.randint(1, 30)}"
        day = f"19{draw.randint(30, 99)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        return f"{name},{day},{place}{number},{draw.choice(KANA)}"

    return "\n".join(row() for _ in range(count))


def narrow(draw: random.Random) -> str:
    """Names in half-width kana and nothing else, which look most like text that was read wrongly."""
    names = [
        "ｻﾄｳ",
        "ｽｽﾞｷ",
        "ﾀｶﾊｼ",
        "ﾀﾅｶ",
        "ﾜﾀﾅﾍﾞ",
        "ｲﾄｳ",
        "ﾔﾏﾓﾄ",
        "ﾅｶﾑﾗ",
        "ｺﾊﾞﾔｼ",
        "ｶﾄｳ",
        "ｲﾁﾛｳ",
        "ﾊﾅｺ",
        "ﾐｻｷ",
        "ｹﾝﾀ",
        "ｻｸﾗ",
        "ﾕｳﾄ",
        "ｼｮｳﾀ",
        "ﾕｲ",
        "ﾀﾞｲｽｹ",
    ]
    return "\n".join(f"{draw.choice(names)} {draw.choice(names)}" for _ in range(draw.randint(1, 20)))


@pytest.mark.parametrize(("meant", "read_as"), SPOILED)
@given(seed=st.integers(0, 2**32))
def test_what_was_read_wrongly_is_read_as_it_was_meant(meant: str, read_as: str, seed: int) -> None:
    text = rows(random.Random(seed))  # noqa: S311  # made-up rows
    spoiled = text.encode(meant).decode(read_as, "replace")
    again = unscrambled(spoiled)
    same = sum(
        one == other
        for a, b in zip(text.split("\n"), again.split("\n"), strict=True)
        for one, other in zip(a.split(","), b.split(","), strict=False)
    )
    lossless = "\ufffd" not in spoiled
    assert same == 4 * 12 if lossless else same >= 12, again  # the days at least; what was lost cannot come back
    if lossless:
        assert decode(spoiled.encode(), "utf-8") == text


@given(seed=st.integers(0, 2**32))
def test_honest_text_is_left_alone(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # made-up rows
    for text in (
        rows(draw),
        "\n".join(draw.choice(WESTERN) for _ in range(8)),
        rows(draw, 1),
        draw.choice(KANA),
        narrow(draw),
    ):
        assert unscrambled(text) == text


@given(st.text())
def test_it_never_fails_and_keeps_lines_and_ascii(text: str) -> None:
    again = unscrambled(text)
    assert again.count("\n") == text.count("\n")
    for before, after in zip(text.split("\n"), again.split("\n"), strict=True):
        assert after == before or not before.isascii()

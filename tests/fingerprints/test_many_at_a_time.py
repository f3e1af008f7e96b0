"""Whole columns are read, taken apart and digested as single values are."""

from __future__ import annotations

from functools import cache
from itertools import zip_longest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from fingerprints.pairs import PARTS, derive_columns, derive_parts
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key

KINDS = load_kinds()
DIGESTER = Digester(Key(bytes(range(32))))
LETTERS = "架空一郎髙﨑渡邉々ァアイウカクシンマサチャョッーヂヲぁさん様殿氏君先生御中 　-－09０９aAzZ＠@.\n\u3099゛ｱﾞ"
WRITTEN = {
    "phone": [
        "090-0000-0001",
        "09000000001",
        "０９０-０００0-0001",
        "03-0000-0001",
        "+81 90-0000-0001",
        "090-0000-000",
    ],
    "email": ["kakuu0@carrier.example", "Kakuu@carrier.example", "a@b", "a**b@carrier.example", "a@b.c1.example", "@"],
    "customer_number": ["K000001", "k000001", "123", "ABC", "K-0001", " K1", "ABCDEFGHI1", "１２３"],
    "postal_code": ["100-0001", "1000001", "〒100-0001", "600001", "100 0001", "EC1A 1BB"],
    "name": [
        "架空　一郎",
        "架空一郎",
        "架空 一郎 様",
        "試川 ジュン",
        "渡邉 二葉",
        "架 空",
        "架",
        "空 二 葉",
        "虚田 サン",
        "仮名 弥生",
    ],
    "kana": [
        "カクウ イチロウ",
        "ｶｸｳ ｲﾁﾛｳ",
        "シ ケン",
        "カメイ ジュン",
        "カクウ サン",
        "タ ナカサ ン",
        "ミ-ナ",
        "ア",
        "カクウチャン",
    ],
    "address": [
        "東京都千代田区千代田1-2-3",
        "千代田区千代田一丁目2番3号",
        "例示",
        "12 Made-up Street, Apt 3, Springfield",
    ],
}


@cache
def values(kind: str) -> st.SearchStrategy[str]:
    """Texts of a kind, near a kind, and of anything."""
    cut = st.sampled_from(WRITTEN[kind]).flatmap(lambda text: st.integers(0, len(text)).map(lambda n: text[:n]))
    return st.one_of(st.sampled_from(WRITTEN[kind]), cut, st.text(LETTERS, max_size=8), st.text(max_size=4))


@pytest.mark.parametrize("kind", sorted(WRITTEN))
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_column_is_read_as_its_values_are(kind: str, data: st.DataObject) -> None:
    usual = st.lists(st.sampled_from(WRITTEN[kind][:2]), max_size=70)
    texts = data.draw(st.one_of(usual, st.lists(values(kind), max_size=70), st.lists(values(kind), max_size=3)))
    expected = [KINDS[kind].under_label(text) if text else None for text in texts]
    assert KINDS[kind].under_label_many(texts) == expected
    assert KINDS[kind].readings_many(texts) == [KINDS[kind].readings(text) if text else () for text in texts]


PARTS_OF_NAMES = st.text("架空一生中先御様氏君殿々アサマクンチャーヤ", min_size=1, max_size=4)


@pytest.mark.parametrize("kind", ["name", "kana"])
@settings(max_examples=1500, deadline=None)
@given(names=st.lists(st.tuples(PARTS_OF_NAMES, st.sampled_from([" ", "　", ""]), PARTS_OF_NAMES), max_size=3))
def test_names_that_may_end_as_honorifics_do_are_read_alike(kind: str, names: list[tuple[str, str, str]]) -> None:
    texts = ["".join(parts) for parts in names]
    assert KINDS[kind].readings_many(texts) == [KINDS[kind].readings(text) for text in texts]
    assert KINDS[kind].under_label_many(texts) == [KINDS[kind].under_label(text) for text in texts]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("seed", range(5))
def test_every_short_text_of_telling_letters_is_read_alike(kind: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    texts = ["".join(draw.choice(list(LETTERS), draw.integers(6))) for _ in range(2000)]
    usual = [text for text in texts if KINDS[kind].under_label_many([text]) != [None]]
    for some in (texts, usual, *([text] for text in texts)):
        assert KINDS[kind].under_label_many(some) == [KINDS[kind].under_label(text) if text else None for text in some]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(["phone", "address", "name", "kana"]))
def test_parts_of_a_column_are_those_of_its_values(data: st.DataObject, kind: str) -> None:
    read = [KINDS[kind].under_label(text) for text in data.draw(st.lists(values(kind), max_size=40))]
    derived = [derive_parts(kind, value) if value else {} for value in read]
    columns = derive_columns(kind, read)
    for part in {term.part for term in PARTS if term.kind == kind}:
        expected = [list(column) for column in zip_longest(*(row.get(part, ()) for row in derived))]
        given_columns = [column for column in columns.get(part, []) if any(column)]
        assert given_columns == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([None, "", "a", "b", "架空", "1" * 200]), max_size=60))
def test_values_that_come_again_are_digested_alike(texts: list[str | None]) -> None:
    expected = [DIGESTER.digest("phone", text) if text else 0 for text in texts]
    assert DIGESTER.digest_many("phone", texts).tolist() == expected
    assert DIGESTER.digest_many("phone", texts).dtype == np.uint64

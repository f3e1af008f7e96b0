"""Digests: keyed, told apart by kind, never 0, and the same one by one as many at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.secrets.digests import PAIRS, Digester, code_of, codes, codes_of_columns, derive_parts
from fingerprints.secrets.keys import Key

ONE = Digester(Key(b"1" * 32))
OTHER = Digester(Key(b"2" * 32))


@given(values=st.lists(st.none() | st.text(max_size=12), max_size=20), kind=st.sampled_from([*codes(), "phone.last4"]))
def test_many_at_once_are_the_same_as_one_by_one(values: list[str | None], kind: str) -> None:
    many = ONE.digest_many(kind, values)
    assert many.tolist() == [ONE.digest(kind, value) if value else 0 for value in values]
    assert (many != 0).tolist() == [bool(value) for value in values]


@given(values=st.lists(st.text(max_size=200), max_size=20), kind=st.sampled_from([*codes(), "trail.line"]))
def test_texts_handed_over_as_bytes_have_the_digests_of_the_texts(values: list[str], kind: str) -> None:
    one_by_one = [ONE.digest(kind, value) if value else 0 for value in values]
    assert ONE.digest_bytes(kind, [value.encode() for value in values]).tolist() == one_by_one


def test_kind_and_key_are_part_of_a_digest() -> None:
    digests = {d.digest(kind, "09000000001") for d in (ONE, OTHER) for kind in ("phone", "name", "phone.last4")}
    assert len(digests) == 6


def test_a_digest_ends_in_the_code_of_its_kind() -> None:
    for kind, code in codes().items():
        assert code_of(ONE.digest_many(kind, ["x"]) if "+" not in kind else _pair(kind)).tolist() == [code]


def _pair(name: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return ONE.pair(name, np.array([1], np.uint64), np.array([2], np.uint64))


def test_pairs_depend_on_both_sides_their_order_and_the_pair() -> None:
    a, b = ONE.digest_many("name", ["架空一郎", "仮名二葉"])
    left, right = np.array([a, b, a, 0, a], np.uint64), np.array([b, a, a, a, 0], np.uint64)
    digests = np.concatenate([ONE.pair(pair.name, left, right) for pair in PAIRS])
    assert (digests == 0).sum() == 2 * len(PAIRS)
    assert np.unique(digests).size == 3 * len(PAIRS) + 1


def test_parts_are_what_a_mask_leaves() -> None:
    assert derive_parts("phone", "09000001234") == {"last4": ("1234",), "first7": ("0900000",)}
    assert derive_parts("phone", "+12025550100") == {}
    assert derive_parts("address", "千代田区千代田1-2-3-101") == {"town": ("千代田区千代田",), "house": ("1-2-3",)}


def test_parts_are_what_one_slip_leaves_whole_of_a_name() -> None:
    assert derive_parts("name", "架空一郎") == {"half": ("架空", "一郎")}
    assert derive_parts("name", "架空葉") == {"half": ("架空", "空葉")}
    assert derive_parts("name", "架葉") == {}
    assert derive_parts("name", "カクウイチロウ") == {"half": ("カクウ", "チロウ")}
    assert derive_parts("name", "ichiro kakuu") == {"half": ("ichiro", "kakuu")}


def test_columns_give_the_codes_of_kinds_and_pairs() -> None:
    has = codes_of_columns({"name", "phone"})
    assert {name for name, code in codes().items() if has[code]} == {
        "name",
        "phone",
        "name+phone_last4",
        "name+phone_first7",
    }


dates = st.sampled_from(["1985-04-03", "1985-04-04", "", None, "2000-02-29"]) | st.dates().map(str)


@given(st.lists(dates, max_size=30))
def test_values_that_come_again_are_digested_as_each_alone(values: list[str | None]) -> None:
    expected = [ONE.digest("birth_date", value) if value else 0 for value in values]
    with patch("fingerprints.secrets.digests._MOST_KNOWN", 7):
        digester = Digester(Key(b"1" * 32))
        assert [digester.digest_many("birth_date", values).tolist() for _ in range(2)] == [expected, expected]


def test_threads_that_share_what_was_digested_find_what_each_asked_for() -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    digester, lists = Digester(Key(b"1" * 32)), [[f"19{n:02d}-01-{m:02d}" for m in range(30)] for n in range(40)]
    try:
        with patch("fingerprints.secrets.digests._MOST_KNOWN", 50), ThreadPoolExecutor(8) as threads:
            found = list(threads.map(partial(digester.digest_many, "birth_date"), lists * 20))
    finally:
        sys.setswitchinterval(usual)
    for one, given_values in zip(found, lists * 20, strict=True):
        assert one[:3].tolist() == [ONE.digest("birth_date", value) for value in given_values[:3]]

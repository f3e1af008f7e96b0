"""Text to bytes as browsers send it: what is read back is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encodings.decoder import decode
from core.encodings.encoder import encode_query
from core.encodings.labels import CODECS


@given(text=st.text(), codec=st.sampled_from(sorted(set(CODECS.values()))))
def test_any_text_has_bytes_in_any_encoding(text: str, codec: str) -> None:
    assert isinstance(encode_query(text, codec), bytes)


@given(text=st.text("①②⑳Ⅳ㍉㈱㈲髙﨑德漢字かな", min_size=1, max_size=9), codec=st.sampled_from(["euc_jp", "cp932"]))
def test_letters_of_vendors_come_back(text: str, codec: str) -> None:
    assert decode(encode_query(text, codec), codec) == text


@pytest.mark.parametrize(
    ("text", "codec", "written"),
    [
        ("髙", "euc_jp", b"\xfc\xe2"),  # the standard's index has NEC's copy first
        ("髙", "cp932", b"\xfb\xfc"),
        ("－～", "euc_jp", b"\xa1\xdd\xa1\xc1"),
        ("①", "iso2022_jp_ext", b"\x1b$B-!\x1b(B"),
        ("あ☃", "cp932", b"\x82\xa0%26%239731%3B"),
        ("あ", "utf-16-le", "あ".encode()),
    ],
)
def test_as_the_standard_has_it(text: str, codec: str, written: bytes) -> None:
    assert encode_query(text, codec) == written

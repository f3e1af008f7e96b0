"""Which encoding a text is in, and what happens when it is not."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.encodings.decoder import decode, decode_stream, detect

POST = "きのう駅前で聞いた話。架空さんの番号は 090-0012-3400 だそうです。\n"
NAMES = "架空　一郎,カクウ　イチロウ,東京都千代田区千代田1-2-3\n仮名　二葉,カメイ　フタバ,北海道札幌市中央区\n"
SHORT = "佐藤\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [POST, NAMES, SHORT])
def test_japanese_is_read_in_whatever_encoding_it_is(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert decode(content, detect(content)).lstrip("\ufeff") == text


def test_half_width_kana_stay_what_they_are() -> None:
    text = "ｶｸｳ ｲﾁﾛｳ,090-0012-3400\nｶﾒｲ ﾌﾀﾊﾞ,090-0112-3401\n"
    content = text.encode("cp932")
    assert decode(content, detect(content)) == text


def test_a_stretch_in_another_encoding_is_read_as_what_it_is() -> None:
    assert POST in decode(POST.encode("euc_jp") * 3, "cp932")


def test_a_declared_encoding_is_believed_only_when_it_fits() -> None:
    assert detect(POST.encode("cp932"), "utf-8") == "cp932"
    assert detect(POST.encode("cp932"), "no-such-thing") == "cp932"


@given(content=st.binary(max_size=200))
@settings(deadline=None)
def test_no_bytes_fail(content: bytes) -> None:
    decode(content, detect(content))


@given(lines=st.lists(st.text("架空一郎カクウあ ,090-\r", max_size=40), max_size=30))
@settings(deadline=None)
def test_a_stream_is_the_same_as_the_whole(lines: list[str]) -> None:
    content = "\n".join(lines).encode("utf-8")
    whole = content.decode("utf-8")
    assert "".join(decode_stream(io.BytesIO(content), "utf-8")) == whole

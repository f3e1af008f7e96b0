"""What is told at once is what a longer look would tell."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.encodings.decoder import WIDE, detect, is_wide
from core.encodings.plausibility import likelihood, loosely
from core.encodings.scrambled import CLEARLY, is_beyond_euc, is_beyond_western
from core.encodings.vendors import EUC

WORDS = ("東京都千代田区", "架空 一郎", "カクウ", "ｶｸｳｲﾁﾛｳ", "abc, 12", "café €5", "\x81\x8d\x9f", "\ufffd", "𠮷")
READ_WRONGLY = [
    word.encode(right, "ignore").decode(wrong, "replace")
    for word in WORDS
    for right in ("utf-8", "cp932", "euc_jp")
    for wrong in ("cp1252", "latin-1", "cp932")
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, *READ_WRONGLY]), min_size=1, max_size=30).map("".join))
@example("東京都千代田区" * 5)
def test_what_is_not_western_was_not_read_so_before(text: str) -> None:
    if not is_beyond_western(text):
        return
    lost = [
        char.encode("cp1252", "ignore") or (char.encode("latin-1") if char <= "\xff" else b"\xff" * 3) for char in text
    ]
    for right in ("utf-8", "cp932", EUC):
        meant = loosely(b"".join(lost), right)
        unlikely = likelihood(meant.replace("\ufffd", "")) - 10 * meant.count("\ufffd") <= likelihood(text) * CLEARLY
        beyond = sum(not char.isascii() for char in meant)
        assert unlikely or meant.count("\ufffd") > 0.34 * beyond


_BYTES = st.one_of(
    st.lists(st.sampled_from(WORDS)).map(lambda words: "".join(words).encode("cp932", "ignore")),
    st.lists(st.sampled_from(WORDS)).map(lambda words: "".join(words).encode("euc_jp", "ignore")),
    st.lists(st.sampled_from([0x20, 0x41, 0x7F, 0x80, 0x82, 0x8E, 0x8F, 0xA0, 0xA1, 0xAD, 0xF3, 0xF5, 0xFE, 0xFF])).map(
        bytes
    ),
    st.binary(max_size=30),
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(_BYTES, max_size=6).map(b"".join))
@example("東京都の皆さんへ".encode("cp932"))
@example(b"\x8f\x80")
def test_what_is_no_euc_loses_too_much_by_being_read_so(data: bytes) -> None:
    if is_beyond_euc(data):
        meant = loosely(data, EUC)
        assert meant.count("\ufffd") > 0.34 * sum(not char.isascii() for char in meant)


def test_euc_is_not_taken_for_anything_else_and_other_texts_mostly_are() -> None:
    text = "東京都千代田区の架空一郎さん、カクウ、ｶｸｳ、髙﨑①㈱"
    assert not is_beyond_euc(text.encode("euc_jis_2004", "ignore"))
    assert is_beyond_euc(text.encode("cp932", "ignore"))


@settings(deadline=None)
@given(
    st.sampled_from(["utf-8", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32", "cp1252"]),
    st.lists(st.sampled_from([*WORDS, "\0", "\n", "x" * 40]), max_size=20).map("".join),
    st.binary(max_size=20),
    st.sampled_from([None, "utf-16", "shift_jis", "iso-8859-1", "nonsense"]),
)
def test_wide_texts_are_those_that_are_detected_as_such(
    encoding: str, text: str, tail: bytes, said: str | None
) -> None:
    sample = text.encode(encoding, "ignore") + tail
    assert is_wide(sample, said) == (detect(sample, said) in WIDE)

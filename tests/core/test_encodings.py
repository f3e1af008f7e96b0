"""Bytes to text: what a stranger may declare, and letters that vendors added to the Japanese encodings."""

from __future__ import annotations

import encodings.aliases
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.encodings.csv_text import safe_cell
from core.encodings.decoder import to_text
from core.encodings.labels import CODECS, codec_of, declared_in
from crawler.engines.interface import Page
from matcher.document import Cuts, Limits
from matcher.readers.interface import Readable, tidied

NO_TEXT = [
    "undefined",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "rot13",
    "base64",
    "hex",
    "zlib",
    "mbcs",
]
STRANGE = sorted({*NO_TEXT, "utf-7", "cp037", "utf-32", "hz", *encodings.aliases.aliases.values()} - set(CODECS))
VENDORS = "①②⑳ⅠⅣ㍉㎏㍻№㏍℡㊤㈱㈲㈹髙﨑德"
KANA_WORDS = ["ｻﾄｳ", "ｽｽﾞｷ", "ｶﾅ", "ﾘｮｳ", "ﾊﾟｰﾄ", "ﾜﾀﾅﾍﾞ"]
FAMILY = ["佐藤", "鈴木", "架空", "仮名", "髙橋", "中村"]


def _cell(char: str) -> tuple[int, int]:
    """Row and cell of a letter in the table of 94 by 94, from its place in CP932."""
    lead, trail = char.encode("cp932")
    at = (lead - 0x81 if lead < 0xA0 else lead - 0xC1) * 188 + trail - 0x40 - (trail > 0x7F)
    return at // 94, at % 94


def as_euc(text: str) -> bytes:
    """EUC-JP as systems write it whose letters are those of CP932."""
    pieces = []
    for char in text:
        try:
            pieces.append(char.encode("euc_jp"))
        except UnicodeEncodeError:
            pieces.append(bytes(0xA1 + at for at in _as_nec(char)))
    return b"".join(pieces)


def as_jis(text: str) -> bytes:
    """ISO-2022-JP likewise, each letter with its escapes."""
    pieces = []
    for char in text:
        narrow = "｡" <= char <= "ﾟ"
        if char.isascii():
            pieces.append(char.encode())
        elif narrow:
            pieces.append(b"\x1b(I" + bytes([ord(char) - 0xFF61 + 0x21]) + b"\x1b(B")
        else:
            pieces.append(b"\x1b$B" + bytes(0x21 + at for at in _as_nec(char)) + b"\x1b(B")
    return b"".join(pieces)


def _as_nec(char: str) -> tuple[int, int]:
    """The cell of a letter; IBM's stand in rows that seven bits cannot name, so that NEC's copies are taken."""
    row, cell = _cell(char)
    return NEC_COPIES[char] if row >= 94 else (row, cell)


NEC_COPIES = {
    bytes((lead, trail)).decode("cp932"): ((lead - 0xC1) * 2 + (trail > 0x9E), (trail - 0x40 - (trail > 0x7F)) % 94)
    for lead in (0xED, 0xEE)
    for trail in [*range(0x40, 0x7F), *range(0x80, 0xFD)]
    if bytes((lead, trail)).decode("cp932", "ignore")
}


def page_text(content: bytes, declared: str = "") -> str:
    """What the crawler reads."""
    return Page("", content, charset=declared).text


def matcher_text(content: bytes, declared: str = "") -> str:
    """What the matcher reads."""
    return Readable("page", lambda: io.BytesIO(content), Limits(), Cuts(), charset=declared or None).head_text


LISTED = st.tuples(st.sampled_from(VENDORS), st.sampled_from(FAMILY), st.sampled_from(KANA_WORDS)).map(" ".join)


@given(content=st.binary(max_size=200), label=st.sampled_from(sorted(CODECS)))
def test_every_label_of_the_standard_reads_any_bytes(content: bytes, label: str) -> None:
    assert isinstance(to_text(content, label), str)
    assert isinstance(to_text(content, f" {label.upper()}\n"), str)


@given(content=st.binary(max_size=200), name=st.sampled_from(STRANGE) | st.text())
@example(content=b"\\u67b6\\u7a7a", name="unicode_escape")
@example(content=b"x", name="shift_ji\u017f")
def test_what_the_standard_does_not_know_is_as_if_nothing_were_declared(content: bytes, name: str) -> None:
    if not codec_of(name):
        assert to_text(content, name) == to_text(content)


@given(
    content=st.binary(max_size=60) | LISTED.map(as_euc) | LISTED.map(as_jis) | LISTED.map(str.encode),
    declared=st.sampled_from(["", *sorted(CODECS), *NO_TEXT]),
)
def test_the_crawler_and_the_matcher_read_the_same(content: bytes, declared: str) -> None:
    assert tidied(page_text(content, declared)) == matcher_text(content, declared)


@given(lines=st.lists(LISTED, min_size=1, max_size=5))
@example(lines=["ｶﾅ"])
@example(lines=["㈱"])
@example(lines=["№ ｻﾄｳ"])
@pytest.mark.parametrize("read", [page_text, matcher_text])
@pytest.mark.parametrize("write", [as_euc, as_jis])
def test_vendors_letters_and_half_width_kana_are_read_whatever_is_declared(write, read, lines: list[str]) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    text = "\n".join(lines)
    for declared in ("", "utf-8", "undefined", "euc-jp" if write is as_euc else "iso-2022-jp"):
        assert read(write(text), declared) == text


@given(lines=st.lists(LISTED, min_size=2, max_size=9), label=st.sampled_from(["iso-8859-1", "us-ascii", "macintosh"]))
@pytest.mark.parametrize(
    "write", [as_euc, str.encode, lambda text: text.encode("cp932")], ids=["euc", "utf-8", "cp932"]
)
def test_what_a_server_declares_by_default_hides_no_japanese(write, lines: list[str], label: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    text = "\n".join(lines)
    assert to_text(write(text), label) == text


@given(lines=st.lists(LISTED, min_size=1, max_size=5), by_server=st.sampled_from(["iso-8859-1", "us-ascii", ""]))
@pytest.mark.parametrize(("label", "write"), [("euc-jp", as_euc), ("shift_jis", lambda text: text.encode("cp932"))])
def test_a_page_knows_better_than_a_server_that_was_told_nothing(  # type: ignore[no-untyped-def]
    label: str,
    write,  # noqa: ANN001
    lines: list[str],
    by_server: str,
) -> None:
    page = f'<html><head><meta charset="{label}"></head><body>{"<br>".join(lines)}</body>'
    assert page_text(write(page), by_server) == page


SHORT = st.lists(st.sampled_from([word for word in KANA_WORDS if len(word) > 2]), min_size=1, max_size=3).map(" ".join)


@given(text=SHORT | LISTED, by_server=st.sampled_from(["", "iso-8859-1", "us-ascii"]))
@example(text="ｶﾅ", by_server="")
@example(text="ｽｽﾞｷ", by_server="iso-8859-1")
@pytest.mark.parametrize(
    "write", [as_euc, lambda text: text.encode("cp932"), str.encode], ids=["euc", "cp932", "utf-8"]
)
def test_a_name_in_half_width_kana_needs_no_declaration(write, text: str, by_server: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert to_text(write(text), by_server) == text


@pytest.mark.parametrize(
    "word", ["Straße", "García", "François", "São Paulo", "Åse", "Über uns", "50 £", "5 µm", "été"]
)
def test_western_words_are_western_where_it_is_declared(word: str) -> None:
    assert to_text(word.encode("cp1252"), "iso-8859-1") == word


@pytest.mark.parametrize(
    ("text", "label"),
    [("Müller, Straße, café", "iso-8859-1"), ("Привет, мир. Пароли здесь.", "windows-1251"), ("안녕하세요", "euc-kr"),
     ("您好，世界", "gb2312"), ("Grüße – “so”", "windows-1252"), ("Привет", "koi8-r")],
)  # fmt: skip
def test_another_encoding_is_believed_where_it_is_declared(text: str, label: str) -> None:
    assert to_text(text.encode(CODECS[label]), label) == text


@given(at=st.integers(0, 999), byte=st.sampled_from([0x80, 0x81, 0xFF]))
def test_a_broken_byte_does_not_make_it_another_encoding(at: int, byte: int) -> None:
    line = "架空一郎さんの番号は 090-0012-3400 だそうです。\n"
    for label in ("euc-jp", "shift_jis", "utf-8"):
        content = (line * 9).encode(CODECS[label])
        cut = at % len(content)
        assert to_text(content[:cut] + bytes([byte]) + content[cut:], label).count(line) >= 7


@pytest.mark.parametrize(
    ("page", "codec"),
    [
        (b"<html><head><META http-equiv=x content='text/html; charset=x-sjis'>", "cp932"),
        (b'<meta charset="euc-jp">', "euc_jp"),
        (b"<meta charset=undefined>", ""),
        (b"<meta charset=utf-16>", "utf-8"),  # as the standard has it: these bytes are no UTF-16
        (b'<?xml version="1.0" encoding="windows-31j"?>', "cp932"),
        (b"no page", ""),
    ],
)
def test_what_a_page_says_of_itself_is_found(page: bytes, codec: str) -> None:
    assert declared_in(page) == codec


@given(text=st.text(max_size=9))
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    safe = safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == text.removeprefix("'")

"""Every reader keeps the contract of its examples, and none of them fails on anything."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.document import Cuts, Document, Limits
from matcher.readers import load_readers, read_document
from matcher.readers.interface import Prose, Readable, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.readers.interface import Reader

READERS = load_readers()
EXAMPLES = [(reader, example) for reader in READERS for example in reader.examples]


def words(content: bytes, name: str = "example", limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """Every cell and every text that comes out of a document, and what was cut."""
    cuts = Cuts()
    found = []
    for _, passage in read_document(Document(name, content), limits or Limits(), cuts):
        if isinstance(passage, Prose):
            found.append(passage.text)
        else:
            found += [*passage.header, *(cell for column in passage.columns for cell in column)]
    return found, cuts.notes


@pytest.mark.parametrize(("reader", "example"), EXAMPLES, ids=lambda value: getattr(value, "name", None))
def test_a_reader_recognises_its_examples_and_nothing_else(reader: Reader, example: object) -> None:
    content, found, name = example.content, example.found, example.name  # type: ignore[attr-defined]
    source = Readable(name, lambda: io.BytesIO(content), Limits(), Cuts())
    if not found:
        assert reader.recognises(source) == 0 or not any(_rows(reader, source))
        return
    assert reader.recognises(source) > 0
    text = "\n".join(words(content, name)[0])
    for word in found:
        assert word in text


def _rows(reader: Reader, source: Readable) -> Iterator[Rows]:
    return (passage for passage in reader.read(source) if isinstance(passage, Rows))


@given(content=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_a_reader_fail(content: bytes) -> None:
    words(content)


MAGIC = [
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"[{",
    b'{"a":',
    b"<html>",
    b"BEGIN:VCARD\n",
    b"INSERT INTO t VALUES (",
    b"a,b\n",
    b"\x1b$B",
    b"\xff\xfe",
]


@given(
    start=st.sampled_from(MAGIC),
    rest=st.binary(max_size=300) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")),
)
@settings(max_examples=300, deadline=None)
def test_nothing_that_looks_like_a_format_makes_its_reader_fail(start: bytes, rest: bytes) -> None:
    words(start + rest)


def test_deeply_nested_json_is_read_as_text() -> None:
    found, notes = words(b'{"a":' * 100_000 + b"1")
    assert notes
    assert found


def test_a_gzip_bomb_is_cut() -> None:
    bomb = gzip.compress(b"0" * (40 << 20))
    found, notes = words(bomb, limits=Limits(ratio=20))
    assert sum(map(len, found)) <= 20 << 20
    assert any("more than 20 times its size" in note for note in notes)


def test_members_nest_only_so_deep() -> None:
    content = b"tel 090-0012-3400"
    for _ in range(8):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("inner.zip", content)
        content = out.getvalue()
    assert any("nested" in note for note in words(content)[1])


def test_a_truncated_archive_gives_what_it_still_holds() -> None:
    lines = "".join(f"架空 {n},090-0012-{n:04d}\n" for n in range(5000)).encode()
    found, notes = words(gzip.compress(lines)[:-2000])
    assert any("090-0012-0001" in cell for cell in found)
    assert notes


def test_one_giant_line_is_read_in_pieces() -> None:
    found, notes = words(b"x" * (3 << 20) + "架空 090-0012-3400".encode())
    assert any("090-0012-3400" in text for text in found)
    del notes


def test_a_table_with_thousands_of_columns_is_cut() -> None:
    row = b",".join([b"1"] * 5_000) + b"\n"
    found, notes = words(row * 4)
    assert len(found) <= 4 * 256
    assert notes


def test_truncated_json_gives_the_objects_that_are_whole() -> None:
    text = json.dumps([{"name": f"架空{n}", "tel": f"090-0012-{n:04d}"} for n in range(50)], ensure_ascii=False)
    found, notes = words(text[:-40].encode())
    assert "090-0012-0047" in found
    assert notes


CELL = st.text(
    st.characters(exclude_characters='",\n\r\0', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8
).filter(str.strip)


@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=4, max_size=12))
@settings(max_examples=100, deadline=None)
def test_reading_a_table_gives_back_its_cells(rows: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in rows)
    found, _ = words(text.encode())
    for cell in (cell.strip() for row in rows for cell in row):
        assert any(cell in other for other in found)

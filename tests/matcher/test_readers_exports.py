"""What data platforms, printers and debuggers make of a list: columnar files, PDF, dumps; and what nobody opens."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from matcher.document import Cuts, Limits
from matcher.readers.interface import Readable
from matcher.readers.texts.host_file import HostFileReader
from tests.matcher.people import PEOPLE
from tests.matcher.reading import tables, words

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench

FRAME = pl.DataFrame({kind: [person[kind] for person in PEOPLE] for kind in ("name", "phone", "email")})


def _parquet(compression: str) -> bytes:
    out = io.BytesIO()
    FRAME.write_parquet(out, compression=compression)  # type: ignore[arg-type]  # one of polars' own
    return out.getvalue()


def _avro() -> bytes:
    out = io.BytesIO()
    FRAME.write_avro(out)
    return out.getvalue()


def _pdf(lines: list[str]) -> bytes:
    """One page of lines in a font that every reader has."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 40 800 Td {shown}ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    body, places = "%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{item}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + end).encode("ascii")


LINES = [f"{person['phone']} {person['email']}" for person in PEOPLE]


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(LINES))))
    writer.encrypt("a password of nobody")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dump(content: bytes, style: str) -> str:
    lines = []
    for at in range(0, len(content), 16):
        some = content[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in some)
        pairs = [f"{byte:02x}" for byte in some]
        if style == "hexdump":
            lines.append(f"{at:08x}  {' '.join(pairs[:8])}  {' '.join(pairs[8:]):<23}  |{shown}|")
        elif style == "xxd":
            grouped = " ".join("".join(pairs[n : n + 2]) for n in range(0, len(pairs), 2))
            lines.append(f"{at:08x}: {grouped:<39}  {shown}")
        else:
            lines.append(f"{at:06x} {' '.join(pairs)}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "uncompressed"])
def test_parquet_gives_its_rows_whatever_packs_them(compression: str) -> None:
    assert tables(_parquet(compression)) == [[list(FRAME.columns), *(list(row) for row in FRAME.iter_rows())]]


def test_avro_gives_its_rows() -> None:
    assert tables(_avro()) == [[list(FRAME.columns), *(list(row) for row in FRAME.iter_rows())]]


def test_a_columnar_file_of_too_many_cells_is_cut_and_said() -> None:
    found, notes = words(_parquet("zstd"), limits=Limits(sheet_cells=12))
    assert sum(PEOPLE[0]["phone"] in text or PEOPLE[3]["phone"] in text for text in found) == 2
    assert notes == ["a table of more than 12 cells was cut"]


@pytest.mark.parametrize("content", [_parquet("zstd")[:-40], _avro()[:-20], b"PAR1" + bytes(range(256))])
def test_a_damaged_columnar_file_is_not_clear(bench: Bench, content: bytes) -> None:
    assert bench.match(content).verdict != "clear"


def test_a_printed_list_is_read_line_by_line(bench: Bench) -> None:
    finding = bench.match(_pdf(LINES))
    assert (finding.verdict, finding.subjects) == ("leak", len(PEOPLE))


def test_a_page_without_text_and_an_encrypted_file_are_said(bench: Bench) -> None:
    for content, what in ((_pdf([]), "hold no text"), (_encrypted(), "encrypted"), (_pdf(LINES)[:60], "PDF")):
        finding = bench.match(content)
        assert finding.verdict == "unread"
        assert any(what in note for note in finding.limits)


@pytest.mark.parametrize("style", ["hexdump", "xxd", "od"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_a_dump_is_read_as_the_bytes_it_shows(bench: Bench, style: str, encoding: str) -> None:
    text = "\n".join(f"{person['name']},{person['phone']}" for person in PEOPLE)
    finding = bench.match(_dump(text.encode(encoding, "replace"), style))
    assert (finding.verdict, finding.subjects) == ("leak", len(PEOPLE))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(range(256)) * 4, "a RAR archive; not read"),
        (b"\x20\x00-lh5-" + bytes(range(256)) * 4, "an LZH archive; not read"),
        (b"!BDN" + bytes(range(256)) * 4, "an Outlook mailbox (PST); not read"),
    ],
)
def test_what_nothing_opens_is_named_and_unread(bench: Bench, content: bytes, what: str) -> None:
    finding = bench.match(content)
    assert finding.verdict == "unread"
    assert what in finding.limits


@given(
    rows=st.lists(st.from_regex(r"[A-Z][0-9]{7}[0-9]{11}(19|20)[0-9]{6}", fullmatch=True), min_size=3, max_size=40),
    code=st.sampled_from(["cp037", "cp500", "cp273", "cp1140"]),
    between=st.sampled_from(["", " ", "\x85", "\r\n"]),
)
def test_a_host_file_is_never_clear(bench: Bench, rows: list[str], code: str, between: str) -> None:
    assert bench.match(between.join(rows).encode(code)).verdict != "clear"


@given(
    text=st.text(st.characters(codec="euc_jp", exclude_characters="¥‾"), min_size=1, max_size=400),
    encoding=st.sampled_from(["utf-8", "euc_jp", "utf-16-le", "iso2022_jp", "cp932"]),
)
def test_no_japanese_text_is_taken_for_a_host_file(text: str, encoding: str) -> None:
    content = text.encode(encoding, "ignore")
    source = Readable("x", lambda: io.BytesIO(content), Limits(), Cuts())
    assert not HostFileReader().recognises(source)


def test_a_number_in_a_host_file_is_found_where_it_stands_alone(bench: Bench) -> None:
    lines = "\x85".join(person["phone"].replace("-", "") for person in PEOPLE)
    finding = bench.match(lines.encode("cp037"))
    assert finding.subjects == len(PEOPLE)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_digits_of_a_host_in_front_hide_no_list(bench: Bench, encoding: str) -> None:
    listed = "\n".join(f"{person['name']},{person['phone']}" for person in PEOPLE).encode(encoding, "replace")
    finding = bench.match(b"\xf0\xf1\xf2\xf3\xf4\xf5" * 4096 + b"\n" + listed)
    assert (finding.verdict, finding.subjects) == ("leak", len(PEOPLE))

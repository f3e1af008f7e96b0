"""Documents made to hang, crash or swell whoever reads them: every format in every hostile shape, by code.

A shape is a function of a harmless document of some format, so that a new format gets all of them by having a seed.
They are read, and matched against a small index, in a process with limits: see `tests.fuzz.hostile_child`.
"""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import zipfile
from typing import TYPE_CHECKING, Final

import polars as pl

from matcher.readers import load_readers
from tests.matcher.seeds import HEADER, PEOPLE, as_7z, as_tar, as_xlsx, as_zip, as_zstd, seeds

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator

SHAPES: Final = ("huge", "deep", "wide", "endless", "truncated", "lying sizes", "quadratic")
PACKED: Final = "docx pptx odt zip zip-lzma zip-bzip2 tar 7z gz bz2 xz zst nested gzip-base64"
BINARY: Final = frozenset((*PACKED.split(), "xlsx", "parquet", "pdf", "csv-utf16", "csv-utf32"))
_OPENERS: Final = {
    "json": ['{"a":', "[", '[{"a":"', '{"a":1,'],
    "html": ["<div>", "<table><tr><td>", "<b", "<!--", "<a href='", "&amp", "<td><table>"],
    "xml": ["<a>", "<a b='", "<!ENTITY a '", "<![CDATA[", "<a:b>", "<?x "],
    "sql": ["INSERT INTO t VALUES (", "((", "'", "/*", "VALUES ", "('a',"],
    "copy": ["COPY t (a) FROM stdin;\n", "\\", "\t"],
    "vcard": ["BEGIN:VCARD\n", "NOTE:", " x\n ", "=3D=\n"],
    "mail": ["--b\n", "Content-Type: multipart/mixed; boundary=b\n\n", "=?utf-8?b?", "(", ">"],
    "python": ["[", "{'a': ", "[{'name': 'x', ", "('"],
    "ldif": ["dn: a\n", "cn:: ", " x\n"],
    "csv": ['"', '","', "'"],
    "logs": ['a="', "[", "\\x"],
}
_SEPARATORS: Final = (*",	|;:@=-0（", "</td><td>", "<b/>", "090-", "a@a.", "東京都")


_SPACE: Final = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LIES: Final = (b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0" * 8, b"9" * 12, b"\x7f")


def documents(
    name: str, content: bytes, size: int, draw: random.Random, most: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """The hostile documents of one format, each with its shape.

    Args:
        name: The format's.
        content: A harmless document of it.
        size: About so many bytes have those whose shape has a size.
        draw: Chance.
        most: Of each shape.
    """
    for shape, make in _MAKERS.items():
        made = list(make(name, content, size, draw))
        for document in made if most is None else draw.sample(made, min(most, len(made))):
            yield shape, document


def harmless() -> dict[str, bytes]:
    """A document of each format: the seeds, formats that they lack, and of every reader what it says that it reads."""
    table = pl.DataFrame({name: [row[n] for row in PEOPLE] for n, name in enumerate(HEADER)})
    out = io.BytesIO()
    table.write_parquet(out)
    made = seeds() | {"parquet": out.getvalue(), "pdf": as_pdf(), "hex": as_hex_dump()}
    examples = {
        f"{reader.name} {n}": example.content
        for reader in load_readers()
        for n, example in enumerate(reader.examples)
        if example.found
    }
    return made | examples


def as_pdf() -> bytes:
    """A page of text, with a table of where its objects are."""
    text = b"BT /F1 12 Tf 20 700 Td (kakuu 090-0012-3400 k00@mail.example) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", b"<< /Font << /F1 5 0 R >> >>",
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    out += b"xref\n0 7\n0000000000 65535 f \n%s" % table
    return out + b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % out.rindex(b"xref\n0 7")


def as_hex_dump() -> bytes:
    """As `xxd` writes it."""
    raw = "\n".join(",".join(row) for row in PEOPLE).encode()
    lines = (raw[at : at + 16] for at in range(0, len(raw), 16))
    return "".join(f"{n * 16:08x}: {line.hex(' ', 2)}  {'.' * len(line)}\n" for n, line in enumerate(lines)).encode()


def _huge(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del draw
    yield content * (size // len(content) + 1)
    zeros, line = bytes(size * 40), b"090-0012-3400,"
    packers: dict[str, Callable[[bytes], bytes]] = {
        "zip": as_zip, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": as_zstd, "7z": as_7z,
        "tar": as_tar,
    }  # fmt: skip
    if name in packers:
        yield packers[name](zeros)
        yield packers[name](line * (size // len(line)))
    if name == "xlsx":
        for many in (1, 1000):
            yield _with_parts(content, {"xl/sharedStrings.xml": [_strings(size * 8, many)]})


def _strings(size: int, many: int) -> bytes:
    """Shared texts of a workbook, so many and together so long."""
    one = b"<si><t>" + b"x" * (size // many) + b"</t></si>"
    return b"<sst %s>" % _SPACE + one * many + b"</sst>"


def with_shared_text(size: int, cells: int) -> bytes:
    """A workbook of one long text, which so many cells refer to, beside an ordinary one."""
    texts = itertools.chain(
        [b"<sst %s><si><t>%s</t></si><si><t>" % (_SPACE, "架空 090-0012-3400".encode())],
        itertools.repeat(b"x" * (1 << 20), size >> 20),
        [b"</t></si></sst>"],
    )
    rows = (b'<row r="%d"><c t="s"><v>1</v></c></row>' % (n + 2) for n in range(cells))
    first = b'<worksheet %s><sheetData><row r="1"><c t="s"><v>0</v></c></row>' % _SPACE
    sheet = itertools.chain([first], rows, [b"</sheetData></worksheet>"])
    return _with_parts(as_xlsx(), {"xl/sharedStrings.xml": texts, "xl/worksheets/sheet1.xml": sheet})


def _with_parts(workbook: bytes, parts: dict[str, Iterable[bytes]]) -> bytes:
    """A workbook with parts put in the place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        own: dict[str, Iterable[bytes]] = {name: [before.read(name)] for name in before.namelist()}
        for name, pieces in (own | parts).items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with after.open(entry, "w") as file:
                for piece in pieces:
                    file.write(piece)
    return out.getvalue()


def _deep(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del draw
    head = content[: len(content) // 8]
    for opener in _OPENERS.get(name.split("-", maxsplit=1)[0].split(" ", maxsplit=1)[0], ["[", '"', "("]):
        data = opener.encode()
        yield head + data * (size // len(data))
        yield data * (size // len(data)) + content
    again: dict[str, Callable[[bytes], bytes]] = {"zip": as_zip, "gz": gzip.compress, "tar": as_tar}
    if name in again:
        for _ in range(40):
            content = again[name](content)
        yield content


def _wide(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    for separator in draw.sample(_SEPARATORS, 4):
        data = separator.encode()
        yield content + b"\n" + data * (size // len(data)) + b"\n" + content
    if name.startswith(("html", "xml")):
        attributes = b" ".join(b'a%d="<"' % n for n in range(size // 12))
        yield content[:20] + b"<x " + attributes + b">" + content
        yield b"<x " + attributes.replace(b"<", b">") + b"/>" + content
    if name == "xlsx":
        cells = "".join(f'<c t="s"><v>{n % 9}</v></c>' for n in range(size // 24))
        row = f"<worksheet {_SPACE.decode()}><sheetData><row>{cells}</row></sheetData></worksheet>"
        yield _with_parts(content, {"xl/worksheets/sheet1.xml": [row.encode()]})


def _endless(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del name
    for _ in range(2):
        start = draw.randrange(len(content))
        piece = content[start : start + draw.randrange(1, 120)] or b"x"
        yield content[:start] + piece * (size // len(piece))


def _truncated(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del name, size
    for _ in range(5):
        yield content[: draw.randrange(1, max(2, len(content)))]


def _lying(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del size
    for _ in range(12 if name in BINARY else 3):
        at, lie = draw.randrange(len(content)), draw.choice(_LIES)
        yield content[:at] + lie + content[at + len(lie) :]


def _quadratic(name: str, content: bytes, size: int, draw: random.Random) -> Iterator[bytes]:
    del name
    for length in (1, 2, 3, 5, 8, 13, 21, 34, 55):
        start = draw.randrange(max(1, len(content) - length)) if draw.random() < 0.5 else 0  # either
        piece = content[start : start + length]
        yield piece * (size // len(piece))


_MAKERS: Final = {
    "huge": _huge, "deep": _deep, "wide": _wide, "endless": _endless, "truncated": _truncated, "lying sizes": _lying,
    "quadratic": _quadratic,
}  # fmt: skip

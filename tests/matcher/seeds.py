"""One small document of every format that is read, made by code: what the fuzzers start from and cut off."""

from __future__ import annotations

import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import sys
import tarfile
import zipfile
from email.message import EmailMessage

import openpyxl
import py7zr

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEADER = ["氏名", "電話番号", "メールアドレス", "住所"]
PEOPLE = [
    [f"架空 {given}", f"090-0012-34{n:02d}", f"k{n:02d}@mail.example", f"東京都千代田区千代田1-2-{n}"]
    for n, given in enumerate(["一郎", "二葉", "三郎", "四葉", "五郎", "六花", "七海", "八雲"], 1)
]
PHONES = [row[1] for row in PEOPLE]


def csv_text(delimiter: str = ",") -> str:
    """The people as the standard library writes a table."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([HEADER, *PEOPLE])
    return out.getvalue()


def as_zip(content: bytes, name: str = "list.csv", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def as_tar(content: bytes, name: str = "list.csv") -> bytes:
    """A tar of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def as_7z(content: bytes, name: str = "list.csv") -> bytes:
    """A 7z of one file."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(content, name)
    return out.getvalue()


def as_zstd(content: bytes) -> bytes:
    """Zstandard."""
    return zstd.compress(content)


def as_xlsx() -> bytes:
    """A workbook with a second, hidden sheet."""
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for row in PEOPLE[:4]:
        book.active.append(row)
    hidden = book.create_sheet("隠し")
    hidden.sheet_state = "hidden"
    for row in PEOPLE[4:]:
        hidden.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_sql() -> str:
    """One INSERT of all rows."""
    rows = ",\n".join("(" + ",".join(f"'{cell}'" for cell in row) + ")" for row in PEOPLE)
    columns = "`,`".join(HEADER)
    return f"INSERT INTO `customers` (`{columns}`) VALUES {rows};\n"  # noqa: S608  # a dump to be read, never run


def as_copy() -> str:
    """COPY as pg_dump writes it."""
    rows = "".join("\t".join(row) + "\n" for row in PEOPLE)
    return f"COPY public.customers (name, tel, mail, address) FROM stdin;\n{rows}\\.\n"


def as_vcards() -> str:
    """Address book."""
    return "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;TYPE=CELL:{phone}\nEMAIL:{mail}\nADR:;;{place};;;;\nEND:VCARD\n"
        for name, phone, mail, place in PEOPLE
    )


def as_mail() -> bytes:
    """A message with the table as an attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "架空 <a@mail.example>", "b@mail.example", "名簿"
    message.set_content("添付をご覧ください。")
    message.add_attachment(csv_text().encode("cp932"), maintype="text", subtype="csv", filename="名簿.csv")
    return message.as_bytes()


def as_objects() -> list[dict[str, str]]:
    """The people with names for their fields."""
    return [dict(zip(("name", "tel", "mail", "address"), row, strict=True)) for row in PEOPLE]


def as_html() -> str:
    """A page with a table."""
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in [HEADER, *PEOPLE])
    return f"<!doctype html><html><nav>x</nav><body><p>名簿</p><table>{rows}</table><footer>y</footer></body></html>"


def as_xml() -> str:
    """Records of elements."""
    rows = "".join(f"<c><name>{n}</name><tel>{t}</tel><mail>{m}</mail></c>\n" for n, t, m, _ in PEOPLE)
    return f"<?xml version='1.0'?><customers>{rows}</customers>"


def as_document() -> bytes:
    """A text with a table, and words whose parts look different (DOCX)."""
    table = "".join(f"<w:tr>{''.join(map(_word_cell, row))}</w:tr>" for row in [HEADER, *PEOPLE])
    said = "<w:p><w:r><w:t>名</w:t></w:r><w:r><w:rPr/><w:t>簿</w:t></w:r></w:p>"
    body = f"<w:document xmlns:w='w'><w:body>{said}<w:tbl>{table}</w:tbl></w:body></w:document>"
    return as_zip(body.encode(), "word/document.xml")


def _word_cell(cell: str) -> str:
    return f"<w:tc><w:tcPr><w:tcW w:w='1'/></w:tcPr><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>"


def as_slide() -> bytes:
    """A slide with a table (PPTX)."""
    cell = "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:rPr lang='ja'/><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = "".join(f"<a:tr h='1'>{''.join(map(cell.format, row))}</a:tr>" for row in [HEADER, *PEOPLE])
    slide = f"<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><a:tbl><a:tblGrid/>{table}</a:tbl></p:cSld></p:sld>"
    return as_zip(slide.encode(), "ppt/slides/slide1.xml")


def as_open_document() -> bytes:
    """A text with a table (ODT)."""
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    table = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in [HEADER, *PEOPLE])
    names = "xmlns:office='o' xmlns:table='t' xmlns:text='x'"
    text = f"<office:document-content {names}><table:table>{table}</table:table></office:document-content>"
    return as_zip(text.encode(), "content.xml")


def as_ldif() -> str:
    """A directory."""
    return "".join(
        f"dn: uid={n},dc=example\ncn:: {base64.b64encode(name.encode()).decode()}\nmobile: {phone}\nmail: {mail}\n\n"
        for n, (name, phone, mail, _) in enumerate(PEOPLE)
    )


def seeds() -> dict[str, bytes]:
    """A document of each format, by the format's name."""
    table = csv_text().encode()
    keys = "\n".join(f"氏名：{n}\n電話：{t}\nメール：{m}\n" for n, t, m, _ in PEOPLE)
    stacked = "\n".join(f"{n}\n{t}\n{a}\n" for n, t, _, a in PEOPLE)
    logs = "".join(f'at=1 name="{n}" tel={t} mail={m}\n' for n, t, m, _ in PEOPLE)
    wide = "".join(f"{n:<8}  {t:<16}{m:<20}{a}\n" for n, t, m, a in [HEADER, *PEOPLE])
    markdown = "".join(f"| {' | '.join(row)} |\n" for row in [HEADER, ["---"] * 4, *PEOPLE])
    return {
        "csv": table,
        "csv-cp932": csv_text().encode("cp932"),
        "csv-eucjp": csv_text().encode("euc_jp"),
        "csv-jis": csv_text().encode("iso2022_jp"),
        "csv-utf16": csv_text().encode("utf-16"),
        "csv-utf32": csv_text().encode("utf-32"),
        "tsv": csv_text("\t").encode(),
        "combo": "".join(f"{m}:pass{n}:{t}\n" for n, (_, t, m, _) in enumerate(PEOPLE)).encode(),
        "markdown": markdown.encode(),
        "fixed": wide.encode(),
        "json": json.dumps(as_objects(), ensure_ascii=False).encode(),
        "json-escaped": json.dumps({"rows": as_objects()}).encode(),
        "jsonl": "".join(json.dumps(row) + "\n" for row in as_objects()).encode(),
        "sql": as_sql().encode(),
        "copy": as_copy().encode(),
        "vcard": as_vcards().encode(),
        "keys": keys.encode(),
        "stacked": stacked.encode(),
        "logs": logs.encode(),
        "python": repr(as_objects()).encode(),
        "html": as_html().encode(),
        "xml": as_xml().encode(),
        "ldif": as_ldif().encode(),
        "docx": as_document(),
        "pptx": as_slide(),
        "odt": as_open_document(),
        "mail": as_mail(),
        "base64": base64.encodebytes(table),
        "gzip-base64": base64.encodebytes(gzip.compress(table, mtime=0)),
        "xlsx": as_xlsx(),
        "zip": as_zip(table),
        "zip-lzma": as_zip(table, method=zipfile.ZIP_LZMA),
        "zip-bzip2": as_zip(table, method=zipfile.ZIP_BZIP2),
        "tar": as_tar(table),
        "7z": as_7z(table),
        "gz": gzip.compress(table, mtime=0),
        "bz2": bz2.compress(table),
        "xz": lzma.compress(table),
        "zst": as_zstd(table),
        "nested": as_zip(gzip.compress(as_tar(as_zip(table)), mtime=0), "inner.tar.gz"),
        "binary": bytes(range(256)) * 8 + b"\n" + csv_text().encode("cp932") + bytes(range(256)) * 8,
    }

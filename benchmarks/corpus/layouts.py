"""Ways in which a list is laid out: tables, dumps, records, pages, archives."""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = dict[str, str]


def table(rows: Sequence[Row], *, delimiter: str = ",", header: bool = True, quoted: bool = False) -> str:
    """Delimited text."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\r\n"
    )
    if header:
        writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return out.getvalue()


def ragged(rows: Sequence[Row]) -> str:
    """A table whose empty cells at the end are not written, with a title above it."""
    lines = [",".join(row.values()).rstrip(",") for row in rows]
    return "顧客リスト,,,\n" + ",".join(rows[0]) + "\n" + "\n".join(lines)


def json_lines(rows: Sequence[Row]) -> str:
    """One object a line."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def json_nested(rows: Sequence[Row]) -> str:
    r"""One document, nested, with \u escapes."""
    users = [{"profile": row} for row in rows]
    return json.dumps({"status": "ok", "result": {"total": len(rows), "users": users}}, indent=1)


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def insert(rows: Sequence[Row]) -> str:
    """A MySQL dump."""
    names = ", ".join(f"`{name}`" for name in rows[0])
    values = ",\n".join("(" + ",".join(map(_sql, row.values())) + ")" for row in rows)
    start = "-- MySQL dump 10.13\nDROP TABLE IF EXISTS `customers`;\nCREATE TABLE `customers` (id int);\n"
    return f"{start}INSERT INTO `customers` ({names}) VALUES\n{values};\n"  # a dump, run nowhere


def insert_each(rows: Sequence[Row]) -> str:
    """One INSERT a row, no column names."""
    values = [",".join(map(_sql, row.values())) for row in rows]
    into = "INSERT INTO t_user VALUES"
    return "\n".join(f"{into} ({i},{v},NULL);" for i, v in enumerate(values, 1))


def copy(rows: Sequence[Row]) -> str:
    """A PostgreSQL dump."""
    lines = "\n".join("\t".join(value or "\\N" for value in row.values()) for row in rows)
    return f"SET client_encoding = 'UTF8';\nCOPY public.customers ({', '.join(rows[0])}) FROM stdin;\n{lines}\n\\.\n"


def blocks(rows: Sequence[Row], *, sign: str = "：", between: str = "\n\n") -> str:
    """Key and value, a line each."""
    return between.join("\n".join(f"{key}{sign}{value}" for key, value in row.items()) for row in rows)


def field_lines(rows: Sequence[Row]) -> str:
    """One field a line, no keys."""
    return "\n\n".join("\n".join(filter(None, row.values())) for row in rows)


def vcards(rows: Sequence[Row]) -> str:
    """VCard 3.0; takes the first four fields as name, phone, mail, address."""
    made = []
    for row in rows:
        name, phone, mail, address = list(row.values())[:4]
        family, _, given = name.partition("　")
        made.append(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{family};{given};;;\r\nFN:{name}\r\nTEL;TYPE=CELL:{phone}\r\n"
            f"EMAIL:{mail}\r\nADR;TYPE=HOME:;;{address};;;;\r\nEND:VCARD"
        )
    return "\r\n".join(made)


def html_table(rows: Sequence[Row]) -> str:
    """A page with a table and the usual things around it."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html.escape(v)}</td>" for v in row.values()) + "</tr>\n" for row in rows)
    return (
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>list</title><style>td{color:red}</style>"
        "<script>var a='090';</script></head>"
        f"<body><nav>ホーム | ログイン</nav><table class=x><tr>{head}</tr>\n{body}</table>"
        "<footer>© 2026</footer></body></html>"
    )


def html_page(text: str) -> str:
    """Text as a post of a page, Japanese as numeric entities here and there."""
    inside = "<br>\n".join("".join(map(_entity, range(len(line)), line)) for line in text.split("\n"))
    head = "<html><body><div id=head>掲示板トップ &gt; 雑談</div><div class='post'><b>1</b> 名無しさん"
    return f"{head} 2026/11/20(金) 10:11:12<p>{inside}</p></div></body></html>"


def _entity(place: int, char: str) -> str:
    every = 7
    return f"&#{ord(char)};" if place % every == 0 and not char.isascii() else html.escape(char)


def prints(rows: Sequence[Row]) -> str:
    """PHP's print_r."""
    made = []
    for number, row in enumerate(rows):
        fields = "\n".join(f"            [{k}] => {v}" for k, v in row.items())
        made.append(f"    [{number}] => Array\n        (\n{fields}\n        )\n")
    return "Array\n(\n" + "\n".join(made) + ")\n"


def python_prints(rows: Sequence[Row]) -> str:
    """A Python list of dicts."""
    return repr(list(rows))


def markdown(rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(row.values()) + " |" for row in rows]
    return "# 流出\n\n| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]) + "\n" + "\n".join(lines) + "\n"


def aligned(rows: Sequence[Row]) -> str:
    """Columns lined up with blanks."""
    return "\n".join("   ".join(value.ljust(16) for value in row.values()) for row in rows)


def run_together(rows: Sequence[Row]) -> str:
    """Fields without anything between them."""
    return "\n".join("".join(row.values()) for row in rows)


def xlsx(rows: Sequence[Row]) -> bytes:
    """A workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.create_sheet("顧客", 0)
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(content: bytes, name: str = "顧客.csv") -> bytes:
    """In a zip, in a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "see data")
        archive.writestr(f"data/{name}", content)
    return out.getvalue()


def tarred(content: bytes) -> bytes:
    """In a tar.gz."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("dump/list.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def encoded(content: bytes) -> str:
    """A base64 block with a line above it."""
    return "サンプルはこちら\n\n" + base64.encodebytes(content).decode()


def gzipped(content: bytes) -> bytes:
    """In a gz."""
    return gzip.compress(content)


def xzipped(content: bytes) -> bytes:
    """In an xz."""
    return lzma.compress(content)

"""What stands around the cells of each record: lines, tables, markup, messages; it knows nothing of the fields."""

from __future__ import annotations

import csv
import html
import io
import json
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from benchmarks.random_layouts.templates import Template

    Cells = Sequence[Sequence[str]]
    Wrap = Callable[[Random, Template, Cells], str]

SEPARATORS: Mapping[str, str] = {
    "comma": ", ",
    "tab": "\t",
    "…": "…",
    "・": "・",
    "｜": "｜",
    " | ": " | ",
    "::": "::",
    "＿＿": "＿＿",
    "zero width": "\u200b",
    "<br>": "<br>",
    "／": "／",
    " / ": " / ",
    "、": "、",
    "，": "，",
    "two blanks": "  ",
    "wide blank": "　",
    "blank": " ",
    " - ": " - ",
    ";": ";",
    "->": " -> ",
    "★": "★",
    "^": "^",
    "----": "----",
    "=>": " => ",
    "~": "~",
}
LABELLED: Mapping[str, str] = {
    "none": "{cell}",
    ":": "{label}: {cell}",
    "：": "{label}：{cell}",
    "=": "{label}={cell}",
    " = ": "{label} = {cell}",
    "→": "{label}→{cell}",
    "／": "{label}／{cell}",
    "【】": "【{label}】{cell}",
    "[]": "[{label}] {cell}",
    "()": "{cell}({label})",
    "blank": "{label} {cell}",
    "は": "{label}は{cell}",
    "『』": "{label}『{cell}』",
    "joined": "{label}{cell}",
}
_BULLETS = ("・", "* ", "- ", "◇ ", "■", "● ", "> ", "※")
_WIDTH = 30
_PLAIN_SIGN = 32
_STARTS = ("次、", "で、", "それから", "あと", "", "えーと、", "もう一人は")
_ENDS = ("。", "っすね。", "だって。", "らしい。", " www ", "です。", "！")


def _labelled(template: Template, row: Sequence[str]) -> list[str]:
    form = LABELLED[template.label_style]
    return [form.format(label=label, cell=cell) for label, cell in zip(template.labels, row, strict=True)]


def _line(template: Template, row: Sequence[str]) -> str:
    return SEPARATORS[template.separator].join(_labelled(template, row))


def lines(_rng: Random, template: Template, rows: Cells) -> str:
    """A record a line."""
    return "\n".join(_line(template, row) for row in rows)


def bullets(rng: Random, template: Template, rows: Cells) -> str:
    """A record a line, each behind a bullet that may change."""
    signs = [rng.choice(_BULLETS)] if rng.random() < 0.5 else _BULLETS  # noqa: PLR2004  # half of them
    return "\n".join(rng.choice(signs) + _line(template, row) for row in rows)


def numbered(rng: Random, template: Template, rows: Cells) -> str:
    """A record a line, numbered."""
    form = rng.choice(("{}. ", "{}) ", "({}) ", "{}　", "No.{} ", "{}：", "#{} "))
    return "\n".join(form.format(n) + _line(template, row) for n, row in enumerate(rows, 1))


def chat(rng: Random, template: Template, rows: Cells) -> str:
    """A record a message, with its time and its sender."""
    form = rng.choice(
        ("[2023/04/{d:02d} {h:02d}:01] user{n}: {line}", "{h:02d}:15 user{n}\n{line}", "user{n}「{line}」")
    )
    return "\n".join(
        form.format(d=n % 28 + 1, h=n % 24, n=rng.randrange(9, 99), line=_line(template, row))
        for n, row in enumerate(rows)
    )


def board(_rng: Random, template: Template, rows: Cells) -> str:
    """A record a post of a bulletin board."""
    return "\n".join(
        f"{n}：名無しさん：2023/04/01(土) 12:{n % 60:02d}:56 ID:abcd{n:04d}\n{_line(template, row)}\n"
        for n, row in enumerate(rows, 1)
    )


def quoted(rng: Random, template: Template, rows: Cells) -> str:
    """A mail that was answered: every line behind the sign of a quotation."""
    sign = rng.choice(("> ", ">", ">> ", "| ", "＞ "))
    return "\n".join(sign + line for line in _any_text(rng, template, rows).split("\n"))


def _any_text(rng: Random, template: Template, rows: Cells) -> str:
    return rng.choice((lines, blocks, lines))(rng, template, rows)


def blocks(rng: Random, template: Template, rows: Cells) -> str:
    """A field a line, and a sign between the records."""
    between = rng.choice(("\n\n", "\n----------\n", "\n\n\n", "\n＝＝＝＝＝\n", "\n***\n"))
    return between.join("\n".join(_labelled(template, row)) for row in rows)


def indented(_rng: Random, template: Template, rows: Cells) -> str:
    """A heading a record, its fields indented."""
    return "\n".join(
        f"■{n}人目\n" + "\n".join("    " + cell for cell in _labelled(template, row)) for n, row in enumerate(rows, 1)
    )


def one_a_line(_rng: Random, template: Template, rows: Cells) -> str:
    """A field a line and nothing between the records."""
    return "\n".join("\n".join(_labelled(template, row)) for row in rows)


def markdown(rng: Random, template: Template, rows: Cells) -> str:
    """A Markdown table."""
    head = [template.labels, ["---"] * len(template.labels)] if rng.random() < 0.7 else []  # noqa: PLR2004  # most
    return "\n".join("| " + " | ".join(row) + " |" for row in [*head, *rows])


def delimited(rng: Random, template: Template, rows: Cells) -> str:
    """Delimited text, with or without a header."""
    file = io.StringIO()
    writer = csv.writer(
        file,
        delimiter=rng.choice(",;\t|;,:^"),
        lineterminator="\n",
        quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    )
    writer.writerows([template.labels, *rows] if rng.random() < 0.6 else rows)  # noqa: PLR2004  # most
    return file.getvalue()


def fixed(rng: Random, template: Template, rows: Cells) -> str:
    """Columns filled up with blanks: by characters, or by how wide they look."""
    by_looks, head = rng.random() < 0.5, rng.random() < 0.3  # noqa: PLR2004  # half, and some
    table = [template.labels, *rows] if head else rows
    return "\n".join("".join(_filled(cell, by_looks=by_looks) for cell in row) for row in table)


def _filled(cell: str, *, by_looks: bool) -> str:
    width = sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in cell) if by_looks else len(cell)
    return cell + " " * max(_WIDTH - width, 2)


def brackets(rng: Random, template: Template, rows: Cells) -> str:
    """Every field in brackets of its own."""
    left, right = rng.choice(("[]", "()", "「」", "【】", "<>", "{}", "（）", "《》"))
    return "\n".join("".join(left + cell + right for cell in _labelled(template, row)) for row in rows)


def html_table(rng: Random, template: Template, rows: Cells) -> str:
    """A table of HTML."""
    head = ["<tr>" + "".join(f"<th>{html.escape(label)}</th>" for label in template.labels) + "</tr>"]
    body = ["<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    shown = head + body if rng.random() < 0.6 else body  # noqa: PLR2004  # most
    return "<html><body><table>" + rng.choice(("", "\n")).join(shown) + "</table></body></html>"


def _html(outer: str, inner: str, between: str = "") -> Wrap:
    def wrap(_rng: Random, template: Template, rows: Cells) -> str:
        written = (
            outer.format(between.join(inner.format(html.escape(cell)) for cell in _labelled(template, row)))
            for row in rows
        )
        return "<html><body>" + between.join(written) + "</body></html>"

    return wrap


def html_definitions(_rng: Random, template: Template, rows: Cells) -> str:
    """A list of definitions each."""
    return "<html><body>" + "".join(
        "<dl>"
        + "".join(
            f"<dt>{html.escape(label)}</dt><dd>{html.escape(cell)}</dd>"
            for label, cell in zip(template.labels, row, strict=True)
        )
        + "</dl>"
        for row in rows
    ) + "</body></html>"  # fmt: skip


def _records(template: Template, rows: Cells) -> list[dict[str, str]]:
    return [dict(zip(template.labels, row, strict=True)) for row in rows]


def json_array(rng: Random, template: Template, rows: Cells) -> str:
    """An array of objects."""
    return json.dumps(
        _records(template, rows), ensure_ascii=rng.random() < 0.3, indent=rng.choice((None, 2))  # noqa: PLR2004  # some
    )  # fmt: skip


def json_lines(rng: Random, template: Template, rows: Cells) -> str:
    """An object a line, or an array a line."""
    named = rng.random() < 0.7  # noqa: PLR2004  # most
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in (_records(template, rows) if named else rows))


def json_nested(_rng: Random, template: Template, rows: Cells) -> str:
    """Objects inside objects."""
    half = len(template.labels) // 2 or 1
    return json.dumps(
        {
            "status": "ok",
            "items": [
                {"id": n, "profile": dict(list(record.items())[:half]), "more": [dict(list(record.items())[half:])]}
                for n, record in enumerate(_records(template, rows))
            ],
        },
        ensure_ascii=False,
    )


def sql(rng: Random, template: Template, rows: Cells) -> str:
    """INSERT, one for all or one each, with or without the names of the columns."""
    named = " (" + ", ".join(f"`{label}`" for label in template.labels) + ")" if rng.random() < 0.5 else ""  # noqa: PLR2004
    values = ["(" + ", ".join("'" + cell.replace("'", "''") + "'" for cell in row) + ")" for row in rows]
    if rng.random() < 0.5:  # noqa: PLR2004  # half of them
        return f"INSERT INTO users{named} VALUES\n" + ",\n".join(values) + ";"  # nobody runs it
    return "\n".join(f"INSERT INTO users{named} VALUES {value};" for value in values)  # noqa: S608  # nobody runs it


def xml_named(_rng: Random, template: Template, rows: Cells) -> str:
    """Elements with telling names."""
    tags = [label if label.isalpha() else "項目" for label in template.labels]
    return _xml(tags, rows)


def xml_plain(_rng: Random, template: Template, rows: Cells) -> str:
    """Elements whose names say nothing."""
    return _xml([f"f{n}" for n in range(len(template.labels))], rows)


def _xml(tags: Sequence[str], rows: Cells) -> str:
    records = (
        "<p>" + "".join(f"<{t}>{html.escape(c)}</{t}>" for t, c in zip(tags, row, strict=True)) + "</p>" for row in rows
    )
    return "<?xml version='1.0'?><list>" + "".join(records) + "</list>"


def xml_attributes(_rng: Random, _template: Template, rows: Cells) -> str:
    """Attributes of an element each."""
    return "<list>\n" + "\n".join(
        "<row " + " ".join(f'a{n}="{html.escape(cell)}"' for n, cell in enumerate(row)) + "/>" for row in rows
    ) + "\n</list>"  # fmt: skip


def yaml(rng: Random, template: Template, rows: Cells) -> str:
    """A list of mappings."""
    mark = rng.choice(('"', "'", ""))
    return "\n".join(
        "- " + "\n  ".join(f"{label}: {mark}{cell}{mark}" for label, cell in record.items())
        for record in _records(template, rows)
    )


def ini(_rng: Random, template: Template, rows: Cells) -> str:
    """A section each."""
    return "\n".join(
        f"[user{n}]\n" + "\n".join(f"{label} = {cell}" for label, cell in record.items())
        for n, record in enumerate(_records(template, rows))
    )


def dict_repr(_rng: Random, template: Template, rows: Cells) -> str:
    """What a program prints of a dictionary."""
    return "\n".join(repr(record) for record in _records(template, rows))


def tuple_repr(_rng: Random, _template: Template, rows: Cells) -> str:
    """What a program prints of a list of tuples."""
    return "[" + ",\n ".join(repr(tuple(row)) for row in rows) + "]"


def log(_rng: Random, template: Template, rows: Cells) -> str:
    """Lines of a log."""
    return "\n".join(
        f"2023-04-01T12:{n % 60:02d}:11Z INFO app[{n * 7 % 991}] user.update "
        + " ".join(f'{label}="{cell}"' for label, cell in record.items())
        for n, record in enumerate(_records(template, rows))
    )


def sentences(rng: Random, template: Template, rows: Cells) -> str:
    """One running text."""
    return "".join(rng.choice(_STARTS) + "、".join(_labelled(template, row)) + rng.choice(_ENDS) for row in rows)


def query(_rng: Random, template: Template, rows: Cells) -> str:
    """Name and value pairs in one line each."""
    return "\n".join(
        "&".join(f"{label}={cell}" for label, cell in record.items()) for record in _records(template, rows)
    )


def one_line(rng: Random, template: Template, rows: Cells) -> str:
    """All records in one line."""
    return rng.choice((" ## ", " // ", "；", " || ", "\u3000◆")).join(_line(template, row) for row in rows)


WRAPPERS: Mapping[str, Wrap] = {
    "lines": lines,
    "bullets": bullets,
    "numbered": numbered,
    "chat": chat,
    "board": board,
    "quoted": quoted,
    "blocks": blocks,
    "indented": indented,
    "one a line": one_a_line,
    "markdown": markdown,
    "delimited": delimited,
    "fixed": fixed,
    "brackets": brackets,
    "html table": html_table,
    "html list": _html("<ul>{}</ul>", "<li>{}</li>"),
    "html div": _html("<div class=r>{}</div>", "<span>{}</span>"),
    "html br": _html("<p>{}</p>", "{}<br>"),
    "html p": _html("<p>{}</p>", "<b>{}</b> "),
    "html divs": _html("<div>{}</div>", "<div>{}</div>", "\n"),
    "html dl": html_definitions,
    "json array": json_array,
    "json lines": json_lines,
    "json nested": json_nested,
    "sql": sql,
    "xml named": xml_named,
    "xml plain": xml_plain,
    "xml attributes": xml_attributes,
    "yaml": yaml,
    "ini": ini,
    "dict": dict_repr,
    "tuples": tuple_repr,
    "log": log,
    "sentences": sentences,
    "query": query,
    "one line": one_line,
}
WITH_SEPARATOR = frozenset({"lines", "bullets", "numbered", "chat", "board", "quoted", "one line"})
WITH_LABELS = WITH_SEPARATOR | {
    "blocks", "indented", "one a line", "brackets", "sentences", "html list", "html div", "html br", "html p",
    "html divs",
}  # fmt: skip
MARKUP = frozenset(name for name in WRAPPERS if name.startswith(("html", "xml", "json", "sql")))

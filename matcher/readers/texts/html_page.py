"""HTML pages and XML documents: tables as rows, the rest as text with the page's furniture dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from core.markup import MOST_ATTRIBUTES, has_heavy_tag
from core.processes.patterns import later
from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample, Rows
from matcher.readers.tables._layout import as_rows, find_header
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PAGE = later(r"\s{0,200}<(?:!doctype html|html|head|body|table|div|\?xml|article|section|ul|ol|p>)", re.IGNORECASE)
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "nav", "head", "iframe", "object", "select", "footer"}
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "p",
        "w:p",
        "text:p",
        "row",
        "item",
        "entry",
        "record",
    ]
)
_HIDDEN = later(r"(?:[0-9a-fA-F]{2}){4,200}")
_SPACES = later(r"[ \t\r\f\v]{2,}")
_BLANKS = later(r"\n\s{0,1000}\n")
LONGEST_CELL = 120  # characters on average: cells of tables that lay a page out hold whole posts


class HtmlReader(Reader):
    """Tables and text of a page."""

    name = "html"
    examples: ClassVar = (
        ReaderExample(
            "<html><script>x</script><table><tr><th>氏名<th>電話<tr><td>架空&nbsp;一郎<td>090&#45;0012-3400</table>".encode(),
            ("架空\xa0一郎", "090-0012-3400"),
        ),
        ReaderExample("<p>架空<br>090-0012-3400</p>".encode(), ("架空", "090-0012-3400")),
        ReaderExample(
            b"<p>to <a data-cfemail='016a606a74743141626073736864732f6479606c716d64'>[email&#160;protected]</a></p>",
            ("kakuu0@carrier.example",),
        ),
        ReaderExample(b"a < b and b > c", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first tag."""
        return 0.97 if not source.is_binary and _PAGE.match(source.head_text) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Tables first, then the text."""
        text = source.whole()
        if text and has_heavy_tag(text):
            source.note(f"tags with more than {MOST_ATTRIBUTES} attributes: read as plain text", harmless=True)
            raise NotThisFormatError
        root = _parse(text, source) if text else None
        if root is None:
            raise NotThisFormatError
        for table in root.iter("table"):
            rows = _rows(table, source)
            if rows is not None:
                yield rows
                table.clear(keep_tail=True)
        yield from passages_of(_text(root), source)


def _parse(text: str, source: Readable) -> Any:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if any("depth" in entry.message for entry in parser.error_log):  # everything inside of it is missing
        source.note("a page that is nested too deeply; read as plain text", harmless=True)
        return None
    return root


def _rows(table: Any, source: Readable) -> Rows | None:
    """A table of data; None for one that only lays the page out."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    records = [
        [_text(cell).strip() for cell in row.iterchildren("td", "th")][: source.limits.columns]
        for row in table.iter("tr")
    ]
    records = [cells for cells in records if any(cells)]
    if len(records) < 2 or max(map(len, records)) < 2 or _mean_length(records) > LONGEST_CELL:  # noqa: PLR2004  # no table
        return None
    at = find_header(records)
    header = () if at is None else tuple(records[at])
    body = [(n, cells) for n, cells in enumerate(records, 1) if n - 1 != at]
    return as_rows(header, [cells for _, cells in body], [n for n, _ in body])


def _mean_length(records: Sequence[Sequence[str]]) -> float:
    cells = [len(cell) for record in records for cell in record]
    return sum(cells) / len(cells)


def _append(parts: list[str], text: str) -> None:
    """Add what stands behind a tag: a letter or digit on both sides of it belongs to two things as a rule."""
    before = parts[-1] if parts else ""
    ends = before[-1:].isalnum() or (before[-1:] == "." and " " in before)  # an initial: KAKUU I.
    touches = ends and text[0].isalnum()
    parts.extend((" ", text) if touches else (text,))


def _protected(element: Any) -> str:
    """The mail address that a proxy took out of the page, and left as an attribute: each byte under the first one."""
    hidden = element.get("data-cfemail") or (element.get("href") or "").rpartition("/cdn-cgi/l/email-protection#")[2]
    if not _HIDDEN.fullmatch(hidden):
        return ""
    key, *rest = bytes.fromhex(hidden)
    return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")


def _text(root: Any) -> str:
    """The text below an element, a line per block; without recursion, since pages nest as deep as they like."""
    parts: list[str] = []
    skipping = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            skipping += tag in _DROPPED
            if tag in _BLOCKS:
                parts.append("\n")
            if not skipping and (said := _protected(element) or element.text):
                _append(parts, said)
            continue
        skipping -= tag in _DROPPED
        if tag in _BLOCKS:
            parts.append("\n")
        if not skipping and element.tail and element is not root:
            _append(parts, element.tail)
    return _BLANKS.sub("\n\n", _SPACES.sub(" ", "".join(parts)))

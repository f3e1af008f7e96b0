"""Texts and slides of office programs, as XML: DOCX and PPTX (ECMA-376), ODT and ODP (ISO 26300).

::

    <w:tbl><w:tr><w:tc><w:p><w:r><w:t>架空 一郎</w:t></w:r></w:p></w:tc><w:tc>…</w:tc></w:tr></w:tbl>

A table's rows are rows, and a paragraph is a line. Both are told by their names, whatever stands around them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, ClassVar, Final

from lxml import etree

from core.markup import MOST_ATTRIBUTES, has_heavy_tag
from core.processes.patterns import later
from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import batches
from matcher.readers.texts._stretches import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = 1 << 13
_ROOTS: Final = later(
    r"<(?:w:document|p:sld|p:notes|office:document(?:-content)?|w:hdr|w:ftr|w:comments|w:footnotes)\b"
)
_ROW: Final = frozenset({"tr", "table-row"})
_CELL: Final = frozenset({"tc", "table-cell"})
_PARAGRAPH: Final = frozenset({"p", "h"})
_BREAKS: Final = {"br": "\n", "tab": "\t", "s": " ", "line-break": "\n", "cr": "\n"}
_WORDS: Final = frozenset({"t", "p", "h", "span", "a", "delText"})
"""Elements whose own text is the document's: of the others it says how things look."""
_EXAMPLE: Final = (
    "<w:document xmlns:w='w'><w:body><w:tbl>"
    "<w:tr><w:tc><w:p><w:r><w:t>氏名</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>電話</w:t></w:r></w:p></w:tc></w:tr>"
    "<w:tr><w:tc><w:p><w:r><w:t>架空</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>090-0012-3400</w:t></w:r></w:p></w:tc></w:tr>"
    "</w:tbl><w:p><w:r><w:t>見</w:t></w:r><w:r><w:t>本</w:t></w:r></w:p></w:body></w:document>"
)


class OfficeTextReader(Reader):
    """Tables and paragraphs of an office document's XML."""

    name = "office text"
    examples: ClassVar = (
        ReaderExample(_EXAMPLE.encode(), ("架空", "090-0012-3400", "見本")),
        ReaderExample(
            "<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>架空</a:t></a:r></a:p></p:sld>".encode(), ("架空",)
        ),
        ReaderExample(b"<list><p>090-0012-3400</p></list>", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the name of its first elements."""
        return 0.99 if not source.is_binary and _ROOTS.search(source.head_text[:_HEAD]) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Tables first, each with its rows, then the paragraphs."""
        text = source.whole()
        if text is None:
            raise NotThisFormatError
        if has_heavy_tag(text, xml=True):
            source.note(f"tags with more than {MOST_ATTRIBUTES} attributes: read as plain text", harmless=True)
            raise NotThisFormatError
        lines: list[str] = []
        tables: list[list[list[str]]] = []
        try:
            for event, element in _events(text):
                if event == "end" and _local(element) in _PARAGRAPH and not _inside(element, _ROW):
                    lines.append(_said(element))
                elif event == "end" and _local(element) in _ROW and not _inside(element, _CELL):
                    _take_row(element, tables)
                    element.clear(keep_tail=True)
        except (etree.LxmlError, ValueError):
            source.note("damaged XML: what stands before the damage was read")
        if not lines and not tables:
            raise NotThisFormatError
        most = source.limits.columns
        for number, rows in enumerate(tables):
            yield from batches(((at, cells[:most]) for at, cells in enumerate(rows, 1)), "row", number)
        yield from passages_of("\n".join(lines), source)


def _events(text: str) -> Any:
    return etree.iterparse(
        io.BytesIO(text.encode("utf-8", "replace")), events=("end",), encoding="utf-8", recover=True,
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _inside(element: Any, names: frozenset[str]) -> bool:
    return any(_local(above) in names for above in element.iterancestors())


def _take_row(row: Any, tables: list[list[list[str]]]) -> None:
    """A row goes to the table that it stands in: the last one, unless it is the first of its parent."""
    first = all(_local(one) not in _ROW for one in row.itersiblings(preceding=True))
    if first or not tables:
        tables.append([])
    cells = [" ".join(map(_said, _paragraphs(cell))) for cell in row.iterchildren() if _local(cell) in _CELL]
    if any(cells):
        tables[-1].append(cells)


def _paragraphs(cell: Any) -> list[Any]:
    return [one for one in cell.iterdescendants() if _local(one) in _PARAGRAPH]


def _said(paragraph: Any) -> str:
    """The words of a paragraph: what is parted into runs by how it looks is one word."""
    parts: list[str] = []
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        name = _local(element)
        if event == "start":
            parts.append(_BREAKS.get(name, ""))
            parts.append(element.text or "" if name in _WORDS else "")
        elif element is not paragraph and element.tail:
            parts.append(element.tail)
    return "".join(parts).strip()

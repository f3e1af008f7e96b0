"""XML exports: every element that holds plain elements or attributes is a record.

::

    <customers><customer id="1"><name>架空 一郎</name><tel>090-0012-3400</tel></customer></customers>

Entities of the document's own are not followed, nothing is fetched, and what stands in front of a damaged place counts.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from lxml import etree
from lxml.html import defs

from core.markup import MOST_ATTRIBUTES, has_heavy_tag
from core.processes.patterns import later
from matcher.readers.interface import NotThisFormatError, Passage, Prose, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, records_as_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_Held: TypeAlias = "dict[str, tuple[int, dict[str, str]] | None]"
_STARTS = later(r"\s{0,200}<(?:\?xml\b|[A-Za-z_][\w.:-]{0,60}[\s>])")
_DECLARATION = later(r"\A\s{0,200}<\?xml[^>]{0,300}\?>")
_FIRST = later(r"\s{0,200}<([A-Za-z_][\w:.-]{0,60})")
_TAGS = later(r"<([A-Za-z_!][\w:.-]{0,60})(?=[\s/>])")
_OF_PAGES = {*defs.tags, "!doctype"}
_DOCTYPE = later(r"<!DOCTYPE", re.IGNORECASE)
FEWEST_FIELDS = 2


class XmlReader(Reader):
    """Records of an XML document."""

    name = "xml"
    examples: ClassVar = (
        ReaderExample(
            "<?xml version='1.0'?><r><c><name>架空</name><t v='090-0012-3400'/></c></r>".encode(),
            ("架空", "090-0012-3400"),
        ),
        ReaderExample('<rows><row name="架空" tel="090-0012-3400"/></rows>'.encode(), ("架空", "090-0012-3400")),
        ReaderExample(b"<c><n>one</n><t>090-0012-3400</t></c><c><n>two</n><t>2</t></c>", ("090-0012-3400", "two")),
        ReaderExample(b"<html><body>a page</body></html>", ()),
        ReaderExample(b"a < b", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first tag, when that is none of a page."""
        text = source.head_text
        return 0.98 if not source.is_binary and _STARTS.match(text) and not _is_page(text[: 1 << 12]) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records, then what text there is besides."""
        text = source.whole()
        if text is None:
            raise NotThisFormatError
        if has_heavy_tag(text, xml=True):
            source.note(f"tags with more than {MOST_ATTRIBUTES} attributes: read as plain text", harmless=True)
            raise NotThisFormatError
        if _DOCTYPE.search(text[: 1 << 16]):
            source.note("entities that an XML document defines by itself were not put in")
        loose: list[str] = []
        batch: list[tuple[int, dict[str, str]]] = []
        found = False
        for record in _records(_in_one(_DECLARATION.sub("", text)), source, loose):
            batch.append(record)
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "line")
                batch, found = [], True
        if not batch and not found:
            raise NotThisFormatError
        if batch:
            yield records_as_rows(batch, source, "line")
        if loose:
            yield Prose("\n".join(loose))


def _is_page(head: str) -> bool:
    """Whether most names of tags, each counted once, are those of HTML: a name or two are used by others as well."""
    names = {name.lower() for name in _TAGS.findall(head)}
    return "html" in names or sum(name in _OF_PAGES for name in names) > len(names) / 2


def _in_one(text: str) -> str:
    """Elements that stand one after the other without one around them, in one."""
    first = _FIRST.match(text)
    is_one = first is None or (text.count(f"</{first[1]}>") == 1 and text.rstrip().endswith(f"</{first[1]}>"))
    return text if is_one else f"<records>{text}</records>"


def _records(text: str, source: Readable, loose: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    events = etree.iterparse(
        io.BytesIO(text.encode("utf-8", "replace")), events=("start", "end"), encoding="utf-8", recover=True,
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
    held: list[_Held] = [{}]  # records of the elements that stand open, by the name of the element they are from
    try:
        for event, element in events:
            if event == "start":
                held.append({})
                continue
            inside = held.pop()
            if not len(element) and len(element.attrib) < FEWEST_FIELDS:
                continue  # a plain value: its parent takes it
            record = _record(element, inside, source)
            line = element.sourceline or 0
            _forget(element)
            yield from _hold(held[-1], _name(element.tag), (line, record))
    except (etree.LxmlError, ValueError):
        source.note("damaged XML: what stands before the damage was read")
    for left in held:
        for numbered in left.values():
            if numbered and len(numbered[1]) >= FEWEST_FIELDS:
                yield numbered
            elif numbered:
                loose += numbered[1].values()


def _hold(siblings: _Held, name: str, numbered: tuple[int, dict[str, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """A record for its parent to take in, unless there are several of its name: then each stands for itself."""
    if name not in siblings:
        siblings[name] = numbered
        return
    first = siblings[name]
    siblings[name] = None
    yield from (record for record in (first, numbered) if record and record[1])


def _record(element: Any, inside: _Held, source: Readable) -> dict[str, str]:
    """The attributes and plain elements of an element, and the fields of what it has one of."""
    record = _attributes(element)
    for child in element.iterchildren("*"):
        if not len(child) and child.text and child.text.strip():
            _add(record, _name(child.tag), child.text.strip(), source)
        elif not len(child) and len(child.attrib) == 1:
            _add(record, _name(child.tag), next(iter(child.attrib.values())), source)
        if child.tail and child.tail.strip():
            _add(record, "text", child.tail.strip(), source)
    if element.text and element.text.strip():
        _add(record, "text", element.text.strip(), source)
    for name, numbered in inside.items():
        for key, value in numbered[1].items() if numbered else ():
            _add(record, f"{name}.{key}", value, source)
    return record


def _add(record: dict[str, str], name: str, value: str, source: Readable) -> None:
    if len(record) < source.limits.columns:
        record[f"{name} {len(record)}" if name in record else name] = value


def _attributes(element: Any) -> dict[str, str]:
    return {_name(name): value for name, value in element.attrib.items()}


def _name(tag: Any) -> str:
    return str(tag).rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def _forget(element: Any) -> None:
    """An element that was read holds nothing any more, so that a long document stays small.

    Its tail is not touched: the parser may be in the middle of it, and writes on behind the text that it knows.
    """
    element.clear(keep_tail=True)
    previous = element.getprevious()
    if previous is not None and not len(previous) and not previous.text and not previous.attrib and not previous.tail:
        previous.getparent().remove(previous)

"""Arrays and objects as programs print them: Python, Ruby, JavaScript, PHP's var_export and var_dump.

::

    [{'name': '架空 一郎', 'tel': '090-0012-3400'}, ('仮名 二葉', None)]
    [{:name=>"架空 一郎", "tel"=>nil}]
    array(1) { ["name"]=> string(13) "架空 一郎" }

Only what these have in common is read: brackets, strings, words, commas, and what stands between key and value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from core.processes.patterns import later
from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample
from matcher.readers.records.json_records import BATCH_ROWS, flatten, records_as_rows
from matcher.units.columns import kind_of_header

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 60
_TOKEN = later(
    r"(?P<text>'(?:[^'\\]++|\\.)*+'|\"(?:[^\"\\]++|\\.)*+\"|`(?:[^`\\]++|\\.)*+`)"
    r"|(?P<tag>\b(?:string|array|object)\([^()'\"]{0,60}\)(?:#\d{1,9} \(\d{1,9}\))?)"
    r"|\b(?:int|float|bool|enum)\((?P<typed>[^()'\"]{0,60})\)"
    r"|(?P<word>[+-]?[\w.][\w.+-]{0,200}+[?!]?)"
    r"|(?P<pair>=>|[:=])|(?P<open>[\[({]|#<)|(?P<close>[\])}>])|(?P<end>[,;])",
    re.DOTALL,
)
_STARTS = later(
    r"\s{0,200}+(?:[\w$. ]{1,60}=>?\s{0,20})?(?:#<\w|(?:[\w:.\\]{1,60}\s?)?[\[({]\s{0,200}[\[({'\":#\w]|array\()"
)
_SECTION = later(r"\s{0,200}+\[{1,2}[^\[\]{}'\"=,\n]{1,60}\]{1,2}[ \t\r]{0,8}\n")
"""The heading of a section in TOML and INI files, which are keys and values."""
_KEY = later(r"['\"\[:\s,({]([^\W\d][\w-]{1,24})['\"\]]{0,2}\s{0,4}(?:=>|[:=])")
_NOTHING = frozenset({"None", "null", "NULL", "nil", "undefined", "True", "False", "true", "false"})
_DATES = frozenset({"date", "datetime", "datetime.date", "datetime.datetime"})
_ESCAPED = later(r"\\(?:u\{?([0-9a-fA-F]{4})\}?|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ROW = later(r"^\s{0,40}[\[(]\s{0,4}['\"]", re.MULTILINE)
FEWEST_QUOTES = 4  # print_r writes none: its lines are keys and values
KNOWN = 2  # different keys that we know, at least; or that many rows without keys


class ArrayPrintReader(Reader):
    """Records in printed arrays."""

    name = "array print"
    examples: ClassVar = (
        ReaderExample("[{'name': '架空 一郎', 'tel': '090-0012-3400'}]".encode(), ("架空 一郎", "090-0012-3400")),
        ReaderExample('[{:name=>"架空 一郎", :tel=>nil, "mail"=>"\\u4eee"}]'.encode(), ("架空 一郎", "仮")),
        ReaderExample(
            'array(1) {\n  [0]=>\n  array(2) {\n    ["name"]=>\n    string(6) "架空"\n    ["tel"]=>\n'
            '    string(13) "090-0012-3400"\n  }\n}\n'.encode(),
            ("架空", "090-0012-3400"),
        ),
        ReaderExample(b"def f(x): return {'key': x}", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By its first bracket, and by keys that we know or rows without any."""
        text = source.head_text[: 1 << 14]
        quotes = text.count("'") + text.count('"')
        if source.is_binary or quotes < FEWEST_QUOTES or not _STARTS.match(text) or _SECTION.match(text):
            return 0.0
        known = {kind for key in set(_KEY.findall(text)) if (kind := kind_of_header(key))}
        return 0.82 if len(known) >= KNOWN or len(_ROW.findall(text)) >= KNOWN else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of records."""
        text = source.whole()
        if text is None:
            raise NotThisFormatError
        batch: list[tuple[int, dict[str, str]]] = []
        number = 0
        for value in _values(text):
            for _, record in flatten(value, source):
                number += 1
                batch.append((number, record))
            if len(batch) >= BATCH_ROWS:
                yield records_as_rows(batch, source, "row")
                batch = []
        if not number:
            raise NotThisFormatError
        if batch:
            yield records_as_rows(batch, source, "row")


@dataclass(slots=True)
class _Open:
    """A bracket that stands open."""

    tag: str = ""
    items: list[tuple[str | None, Any]] = field(default_factory=list)
    key: str | None = None
    is_ready: bool = False  # something was taken since the last comma, and may turn out to be a key

    def take(self, value: Any) -> None:
        self.items.append((self.key, value))
        self.key = None
        self.is_ready = True

    def begin_pair(self) -> None:
        """What was taken last is the key of what comes next."""
        if self.is_ready and self.key is None:
            _, value = self.items.pop()
            while isinstance(value, list) and len(value) == 1:
                value = value[0]
            self.key = str(value)
            self.is_ready = False

    def value(self) -> Any:
        if any(key is not None for key, _ in self.items):
            return {str(n) if key is None else key: value for n, (key, value) in enumerate(self.items)}
        values = [value for _, value in self.items]
        return "-".join(map(str, values[:3])) if self.tag in _DATES else values


def _values(text: str) -> Iterator[Any]:
    """Whatever closes at the outermost bracket or one below: a list's elements come one by one."""
    stack = [_Open()]
    word = ""
    for token in _TOKEN.finditer(text):
        kind, said = token.lastgroup, token.group()
        top = stack[-1]
        if kind == "word" and text[token.end() : token.end() + 2].lstrip().startswith("("):
            word = said  # Customer(…): the class of what is in the brackets
            continue
        if kind in {"text", "typed", "word"}:
            top.take(_plain(token))
        elif kind == "pair":
            top.begin_pair()
        elif kind == "end":
            top.is_ready = False
        elif kind == "open" and len(stack) < DEEPEST:
            stack.append(_Open(word))
        elif kind == "close" and len(stack) > 1:
            yield from _closed(stack)
        word = ""
    while len(stack) > 1:  # cut off before its end
        yield from _closed(stack)
    left = stack[0].value()
    if left:
        yield left


def _plain(token: re.Match[str]) -> str:
    if token.lastgroup == "text":
        return _unescaped(token.group()[1:-1])
    said = token["typed"] or token.group()
    return "" if said in _NOTHING else said


def _closed(stack: list[_Open]) -> Iterator[Any]:
    value = stack.pop().value()
    if len(stack) > 2 or not isinstance(value, (dict, list)) or len(value) <= 1:  # noqa: PLR2004  # [x] is a key
        stack[-1].take(value)
    elif value:
        yield value
        stack[-1].key = None


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _ESCAPES.get(m[3], m[3]), text)

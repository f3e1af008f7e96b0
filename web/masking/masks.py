"""What of a document's text stays hidden until somebody gives a reason: pure, and rather too much than too little.

Names cannot be told from other words without context, so the paragraph decides: where a line of it holds any
identifier or anything encoded, or the matcher found a customer on it, everything but separators and headings is hidden.
A paragraph ends at an empty line or at a row of headings. When most lines are of that sort, the text is a list and
hidden from there on. Of a leak whose customers were found where no line shows them, in an archive or an encoding, all
is hidden.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.interface import header_words
from web.masking.encodings import is_encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fingerprints.identifiers import Found, IdentifierKind
    from incidents.views import EventView

LIST_SHARE = 0.5
"""From this share of personal lines on, a text is a list."""
LEAST_HEADINGS = 2
OTHER = "other"
HIDDEN = "●●●"
_WORD = re.compile(r"[^\W_]+(?:[-‐–.'’・][^\W_]+)*")
_NAMED = re.compile(r"[一-鿿々〆ヶァ-ヺーぁ-ん]{1,12}(?=\s?(?:様(?!番号)|さま|さん|氏(?!名)|殿|君|くん|ちゃん))")

_HOST = re.compile(r"[A-Za-z][\w+.-]*://[^/?#@]*(?=[/?#]|$)")
_ENTITY = re.compile(r"&#[0-9xX]")
_PARTS = re.compile(r"([/?#&=;])")
_JAPANESE = re.compile(r"[ぁ-んァ-ヺ一-鿿々]")

Piece = tuple[str, str]
"""A kind (empty for what everybody may see, ``other`` for what is hidden to be on the safe side) and the text."""


def mask(text: str, places: Iterable[Mapping[str, object]] = (), *, is_leak: bool = False) -> list[Piece]:
    """Cut a text into pieces that may be seen and pieces that may not.

    Args:
        text: As it is shown.
        places: Where the matcher found customers in the document.
        is_leak: Customers were found in it: where they stand on no line that is shown, nothing is.
    """
    lines = text.split("\n")
    found = [_find(line) for line in lines]
    direct = [bool(found[number]) or is_encoded(line) for number, line in enumerate(lines)]
    where = [_lines_of(place) for place in places]
    if is_leak and not (where and all(_is_visible(some, direct) for some in where)):
        personal = [True] * len(lines)
    else:
        personal = _personal_lines(lines, direct, {line for some in where for line in some})
    pieces: list[Piece] = []
    for number, line in enumerate(lines):
        pieces += _line(line, found[number], hide_all=personal[number] and not _is_heading(line))
        if number < len(lines) - 1:
            pieces.append(("", "\n"))
    return pieces


def masked_line(text: str) -> str:
    """A line of its own, such as a title: where it holds an identifier or anything encoded, no word of it is shown."""
    found = _find(text)
    return _shown(_line(text, found, hide_all=bool(found) or is_encoded(text)))


def hidden_line(text: str) -> str:
    """A line that strangers wrote about a leak, such as its title or its author's name: no word of it is shown."""
    return _shown(_line(text, _find(text), hide_all=True))


def masked_address(address: str) -> str:
    """Where a document stood: the host as it is, of the rest nothing that holds an identifier or is encoded."""
    host = _HOST.match(address)
    start = host.end() if host else 0
    if _ENTITY.search(address):  # its signs are those that part an address
        return address[:start] + HIDDEN
    parts = _PARTS.split(address[start:])
    return address[:start] + "".join(HIDDEN if _is_personal(part) else part for part in parts)


def told(event: EventView) -> str:
    """The sentence of an event; what strangers wrote in it is masked."""
    address, author = str(event.data.get("address", "")), str(event.data.get("author", ""))
    sentence = event.text.replace(address, masked_address(address)) if address else event.text
    return sentence.replace(author, hidden_line(author)) if author and "address" in event.data else sentence


def _is_personal(part: str) -> bool:
    return bool(_find(part) or _NAMED.search(part) or is_encoded(part) or _JAPANESE.search(part))


def _shown(pieces: Iterable[Piece]) -> str:
    return "".join(HIDDEN if kind else piece for kind, piece in pieces)


def _is_visible(lines: Sequence[int], direct: Sequence[bool]) -> bool:
    """Whether a customer found at these lines is on one that is shown, with something that is hidden for itself."""
    return any(0 < line <= len(direct) and direct[line - 1] for line in lines)


def _personal_lines(lines: Sequence[str], found: Sequence[bool], matched: set[int]) -> list[bool]:
    direct = [found[number] or number + 1 in matched for number in range(len(lines))]
    paragraphs = _paragraphs(lines)
    touched = {paragraphs[number] for number, is_direct in enumerate(direct) if is_direct}
    filled = sum(1 for line in lines if line.strip())
    if touched and filled > 1 and sum(direct) >= LIST_SHARE * filled:
        touched.update(range(min(touched), paragraphs[-1] + 1))
    return [paragraph in touched for paragraph in paragraphs]


def _paragraphs(lines: Sequence[str]) -> list[int]:
    """The number of each line's paragraph; a row of headings begins a new one."""
    numbers, number = [], 0
    for line in lines:
        number += not line.strip() or _is_heading(line)
        numbers.append(number)
    return numbers


def _is_heading(line: str) -> bool:
    """Whether a line is a row of headings: two or more known ones, no fewer than there are other words."""
    words = [word.group() for word in _WORD.finditer(line)]
    known = sum(header_words(word) in _headings() for word in words)
    return known >= LEAST_HEADINGS and 2 * known >= len(words) and not _find(line)


def _lines_of(place: Mapping[str, object]) -> list[int]:
    """The lines a match may stand on; a row of a table is about its line, give or take the heading."""
    if "member" in place:
        return []  # inside of an archive or an encoding, whose lines are its own
    if isinstance(line := place.get("line"), int):
        return [line]
    row = place.get("row")
    return [row, row + 1] if isinstance(row, int) else []


def _find(line: str) -> list[Found]:
    """Identifiers on a line from left to right, the longer of two that overlap."""
    candidates = [found for kind in _kinds().values() for found in kind.find(line)]
    kept: list[Found] = []
    for found in sorted(candidates, key=lambda f: (f.start - f.end, f.start)):
        if all(found.end <= other.start or found.start >= other.end for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda f: f.start)


def _line(line: str, found: Sequence[Found], *, hide_all: bool) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for one in found:
        pieces += _between(line[at : one.start], hide_all=hide_all)
        pieces.append((one.kind, line[one.start : one.end]))
        at = one.end
    return pieces + _between(line[at:], hide_all=hide_all)


def _between(text: str, *, hide_all: bool) -> list[Piece]:
    """What stands between identifiers: words are hidden on personal lines, elsewhere only somebody's name before 様."""
    pieces: list[Piece] = []
    at = 0
    for word in (_WORD if hide_all else _NAMED).finditer(text):
        if hide_all and header_words(word.group()) in _headings():
            continue
        pieces += [("", text[at : word.start()]), (OTHER, word.group())]
        at = word.end()
    return [piece for piece in [*pieces, ("", text[at:])] if piece[1]]


@cache
def _kinds() -> dict[str, IdentifierKind]:
    return load_kinds()


@cache
def _headings() -> frozenset[str]:
    return frozenset(word for kind in _kinds().values() for word in kind.headers)

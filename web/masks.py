"""What of a document's text stays hidden until somebody gives a reason: pure, and rather too much than too little.

Names cannot be told from other words without context, so the paragraph decides: where a line of it holds any
identifier, or the matcher found a customer on it, everything but separators and headings is hidden. A paragraph ends at
an empty line or at a row of headings. When most lines are of that sort, the text is a list and hidden from there on.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fingerprints.identifiers import Found, IdentifierKind
    from incidents.models import FindingMatch

LIST_SHARE = 0.5
"""From this share of personal lines on, a text is a list."""
LEAST_HEADINGS = 2
OTHER = "other"
HIDDEN = "●●●"
_WORD = re.compile(r"[^\W_]+(?:[-‐–.'’・][^\W_]+)*")
_NAMED = re.compile(r"[一-鿿々〆ヶァ-ヺーぁ-ん]{1,12}(?=\s?(?:様|さま|さん|氏(?!名)|殿|君|くん|ちゃん))")

Piece = tuple[str, str]
"""A kind (empty for what everybody may see, ``other`` for what is hidden to be on the safe side) and the text."""


def mask(text: str, matches: Iterable[FindingMatch] = ()) -> list[Piece]:
    """Cut a text into pieces that may be seen and pieces that may not."""
    lines = text.split("\n")
    found = [_find(line) for line in lines]
    personal = _personal_lines(lines, found, {place for match in matches for place in _lines_of(match.place)})
    pieces: list[Piece] = []
    for number, line in enumerate(lines):
        pieces += _line(line, found[number], hide_all=personal[number] and not _is_heading(line))
        if number < len(lines) - 1:
            pieces.append(("", "\n"))
    return pieces


def masked_line(text: str) -> str:
    """A title or an address with what looks like an identifier taken out."""
    return "".join(HIDDEN if kind else piece for kind, piece in _line(text, _find(text), hide_all=False))


def _personal_lines(lines: Sequence[str], found: Sequence[Sequence[Found]], matched: set[int]) -> list[bool]:
    direct = [bool(found[number]) or number + 1 in matched for number in range(len(lines))]
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

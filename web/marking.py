"""Words found, marked in a text as it is shown: whatever its case, its width or its voicing marks; pure.

The text is cut into letters that fold on their own, such as half-width kana with its mark, and each is folded the way
searches fold (`core.query.folding`). So a word is looked for in what the search looked through, and marked where it
stands in what is shown. Pieces are plain text: the template escapes them.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from core.query.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VOICING: Final = "ﾞﾟ\u3099\u309a"
_MOST_WORDS: Final = 20

MarkedPiece = tuple[str, bool]
"""A piece of a text, and whether it is one of the words."""


def marked(text: str, words: Iterable[str]) -> list[MarkedPiece]:
    """Cut a text into pieces that are words which were searched for and pieces that are not; joined, they are it."""
    wanted = [word for word in map(folded, words) if word][:_MOST_WORDS]
    letters = list(_letters(text))
    owner: list[int] = []  # of each folded character, the letter that it came from
    plain = ""
    for number, letter in enumerate(letters):
        narrow = " " if letter.isspace() else folded(letter)
        if narrow == " " and plain[-1:] in {" ", ""}:
            continue
        plain += narrow
        owner += [number] * len(narrow)
    held = [False] * len(letters)
    for word in wanted:
        at = plain.find(word)
        while at >= 0:
            for number in range(owner[at], owner[at + len(word) - 1] + 1):
                held[number] = True
            at = plain.find(word, at + len(word))
    pieces: list[MarkedPiece] = []
    for letter, is_word in zip(letters, held, strict=True):
        if pieces and pieces[-1][1] == is_word:
            pieces[-1] = (pieces[-1][0] + letter, is_word)
        else:
            pieces.append((letter, is_word))
    return pieces


def _letters(text: str) -> Iterator[str]:
    """Single characters, each with what combines with it."""
    letter = ""
    for character in text:
        if letter and (unicodedata.combining(character) or character in _VOICING):
            letter += character
            continue
        if letter:
            yield letter
        letter = character
    if letter:
        yield letter

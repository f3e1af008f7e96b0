"""Search in Japanese by pairs of characters, as the program's own search does (decision 5).

Sphinx cuts Japanese with a small model of where words end, when it reads the pages; the browser does not cut what a
reader types at all, so that 漏えい is found or not by chance. Here both sides do the same: Japanese is indexed
as its single characters and its pairs, and what is typed is looked for as the pairs it is made of.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from sphinx.search import SearchLanguage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

JAPANESE: Final = "々〆〇ぁ-ゖゝゞァ-ヺー-ヿ㐀-䶿一-鿿豈-﫿"
"""Characters of which words are written without blanks between them."""
_PIECES: Final = re.compile(rf"[{JAPANESE}]+|[^\W{JAPANESE}]+")

SPLITTER: Final = """
function splitQuery(query) {
  const found = [];
  for (const piece of query.normalize("NFKC").match(/[JAPANESE]+|(?:(?![JAPANESE])[\\p{L}\\p{N}_])+/gu) || []) {
    const characters = Array.from(piece);
    if (!/^[JAPANESE]/u.test(piece) || characters.length === 1) found.push(piece);
    else for (let at = 1; at < characters.length; at++) found.push(characters[at - 1] + characters[at]);
  }
  return found;
}
""".replace("JAPANESE", JAPANESE)


def indexed(text: str) -> Iterator[str]:
    """What a text is found by: words, single Japanese characters, and their pairs."""
    for piece in _PIECES.findall(unicodedata.normalize("NFKC", text)):
        if not re.match(f"[{JAPANESE}]", piece):
            yield piece.lower()
            continue
        yield from piece
        yield from (piece[at : at + 2] for at in range(len(piece) - 1))


class CharacterPairs(SearchLanguage):
    """Japanese for Sphinx's index."""

    lang = "ja"
    language_name = "Japanese"
    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002  # the library's own name
        """The words of a text."""
        return list(indexed(input))

    def word_filter(self, word: str) -> bool:
        """Whether a word is kept: all but numbers, which the browser's side leaves out as well."""
        return not word.isdigit()


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx."""
    app.add_search_language(CharacterPairs)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""What cut the look at a document short, told in the reader's language.

The matcher notes it in English, with numbers and the names of archives' members in it, and findings keep it like that.
A text under ``limit`` in ``texts/en.toml`` is such a sentence with its placeholders; the same key in another language
is what it is told as.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from core.texts import load_texts

if TYPE_CHECKING:
    from core.texts import Texts

_GROUP: Final = "limit."
_PLACEHOLDER: Final = re.compile(r"\\\{(\w+)\\\}")


def limit_text(texts: Texts, sentence: str) -> str:
    """The sentence in the language of the texts; as it is where nobody has told it in that language."""
    where, key, values = _understood(sentence)
    return f"{where}{texts(key, **values)}" if key and key in texts else sentence


@cache
def _known() -> tuple[tuple[str, re.Pattern[str]], ...]:
    texts = load_texts("web", "en")
    return tuple(
        (key, re.compile(_PLACEHOLDER.sub(r"(?P<\1>[^:]{1,60})", re.escape(texts.template(key)))))
        for key in sorted(texts.keys())
        if key.startswith(_GROUP)
    )


def _understood(sentence: str) -> tuple[str, str, dict[str, str]]:
    """The members it speaks of, its key, and what fills its placeholders; no key for one that is not known."""
    begins = [0, *(found.end() for found in re.finditer(": ", sentence))]
    for begin in begins:
        for key, pattern in _known():
            if found := pattern.fullmatch(sentence, begin):
                return sentence[:begin], key, found.groupdict()
    return "", "", {}

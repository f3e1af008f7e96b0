"""What sweeps write down, in the reader's language.

A sweep's reasons are kept as sentences, in English, as logs and scripts have them. Each has its form in the texts: what
fills a form is found in the sentence, and put into the same form of the other language. A sentence that has no form
(a site's own words) stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from core.texts import load_texts

GROUP: Final = "said."
SEPARATOR: Final = "; "
_SEPARATORS: Final = {"ja": "；", "en": SEPARATOR}
_ONE: Final = re.compile(r"^1 entry\b")
_NESTED: Final = frozenset({"reason", "how", "wall"})


def spoken(sentences: str, language: str) -> str:
    """Sentences, set apart by semicolons, in a language."""
    if language == "en" or not sentences:
        return sentences
    return _SEPARATORS.get(language, SEPARATOR).join(_one(part, language) for part in _parts(sentences))


def _parts(sentences: str) -> list[str]:
    """The sentences; one that holds a semicolon of its own is known by its form."""
    parts: list[str] = []
    for part in sentences.split(SEPARATOR):
        joined = f"{parts[-1]}{SEPARATOR}{part}" if parts else ""
        if joined and _form_of(joined) and not _form_of(parts[-1]):
            parts[-1] = joined
        else:
            parts.append(part)
    return parts


def _one(sentence: str, language: str) -> str:
    found = _form_of(sentence)
    if found is None:
        return sentence
    key, values = found
    said = {name: _one(value, language) if name in _NESTED else value for name, value in values.items()}
    return load_texts("crawler", language)(key, **said)


def _form_of(sentence: str) -> tuple[str, dict[str, str]] | None:
    plural = _ONE.sub("1 entries", sentence)
    for key, form in _forms():
        if match := form.fullmatch(plural):
            return key, match.groupdict()
    return None


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    """Every form of the English texts, those that fix most of their words first."""
    texts = load_texts("crawler", "en")
    keys = sorted((key for key in texts.keys() if key.startswith(GROUP)), key=lambda key: -_fixed(texts.template(key)))  # noqa: SIM118  # texts are no mapping
    return [(key, re.compile(_pattern(texts.template(key)))) for key in keys]


def _fixed(template: str) -> int:
    return len(re.sub(r"\{\w+\}", "", template))


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(_hole(part) if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _hole(name: str) -> str:
    return rf"(?P<{name}>\d+)" if name in {"n", "m"} else rf"(?P<{name}>.+?)"

"""Names of ours and of our processors in lists of whom gangs say that they robbed; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_CHARACTERS: Final = 3
"""Of a name that is looked for: a shorter one is in every other text."""
_KINDS: Final = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|\(株\)|\(有\)"
    r"|(?<![a-z])(?:co\.?,? ?ltd|ltd|inc|llc|corp(?:oration)?|k\.?k|gmbh)\.?(?![a-z])"
)
_BETWEEN: Final = re.compile(r"[\s・･.,、\-‐‑–—_()（）「」『』]+")
_LATIN: Final = re.compile(r"[a-z0-9]+")


def mentioned(text: str, names: Iterable[str], domains: Iterable[str]) -> list[str]:
    """Which of the names and domains a text mentions, in the order given.

    A name is found however its width, case, spaces and kind of company are written; one in Latin letters only as whole
    words. A domain is found with what is below it (``www.carrier.example``), and not inside a longer one.
    """
    folded, bare = _folded(text), _bare(text)
    found = [name for name in names if _has_name(name, folded, bare)]
    return found + [domain for domain in domains if _has_domain(domain, folded)]


def _has_name(name: str, folded: str, bare: str) -> bool:
    wanted = _bare(name)
    if len(wanted) < LEAST_CHARACTERS:
        return False
    if not _LATIN.fullmatch(wanted):
        return wanted in bare
    words = r"[\s._-]*".join(re.escape(word) for word in _BETWEEN.split(_KINDS.sub(" ", _folded(name))) if word)
    return re.search(rf"(?<![a-z0-9]){words}(?![a-z0-9])", folded) is not None


def _has_domain(domain: str, folded: str) -> bool:
    wanted = re.escape(_folded(domain).strip(". "))
    return bool(wanted) and re.search(rf"(?<![a-z0-9-]){wanted}(?![a-z0-9-]|\.[a-z0-9])", folded) is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bare(text: str) -> str:
    return _BETWEEN.sub("", _KINDS.sub("", _folded(text)))

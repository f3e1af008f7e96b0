"""Values with characters masked, as sellers show a sample: 090-1234-****, 山田 太*, ta***@example.jp, 東京都千代田区**.

What is left of a phone number is a part of it that the index knows in pairs (all but the last four digits, or those);
what is left of a name or an address is its beginning, which sketches are compared with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.processes.patterns import later
from fingerprints.text import nfkc, to_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = r"*＊×✕✖╳xXｘＸ●○◯〇■□▲△◆◇#＃_＿?？•…"
_D = "0-9０-９"
_GAP = r"[-ー‐−－ ()（）]?"
_RUN = later(rf"[{MASK}]|\.{{3,}}")
_PHONE_HEAD = later(rf"(?<![{_D}])[0０][{_D}]{{1,3}}{_GAP}[{_D}]{{2,4}}{_GAP}[{MASK}]{{4}}(?![{_D}])")
_PHONE_TAIL = later(
    rf"(?<![{_D}])(?:[0０][{_D}]{{1,3}}|[{MASK}]{{2,4}}){_GAP}[{MASK}]{{2,4}}{_GAP}[{_D}]{{4}}(?![{_D}])"
)
_LAST_FOUR = later(rf"[{_D}]{{4}}")
_NAME = later(r"[^\W\d_]{1,10}[\s]?[^\W\d_]{0,10}[\s]?[*＊×✕●○◯〇■□#？?]{1,8}")
_KANA = later(r"[ァ-ヺーｦ-ﾟぁ-ゖ]{1,12}[\s]?[ァ-ヺーｦ-ﾟぁ-ゖ]{0,12}[\s]?[*＊×✕●○◯〇■□#？?]{1,10}")
_EMAIL = later(rf"[\w.+-]{{0,20}}[{MASK}.]{{1,20}}[\w.+-]{{0,20}}@[\w.*-]+")
_ADDRESS = later(rf"(?=[^{MASK}]{{0,40}}[都道府県市区町村郡])[一-鿿ぁ-んァ-ヶー\d-]{{3,40}}[{MASK}]+.{{0,40}}")
_PATTERNS = {
    "phone": (_PHONE_HEAD, _PHONE_TAIL),
    "phone.last4": (_LAST_FOUR,),
    "name": (_NAME,),
    "kana": (_KANA,),
    "email": (_EMAIL,),
    "address": (_ADDRESS,),
}
NUMBER_LENGTHS = (10, 11)


def is_masked(kind: str, text: str) -> bool:
    """Whether the text reads as a masked value of the kind."""
    text = text.strip()
    return any(pattern.fullmatch(text) for pattern in _PATTERNS.get(kind, ()))


def find_phones(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Masked phone numbers as (start, end, term, value): ``phone.first7`` or ``phone.last4``."""
    if not _RUN.search(text):
        return
    for found in _PHONE_HEAD.finditer(text):
        digits = _digits(found.group())
        if len(digits) + 4 in NUMBER_LENGTHS:
            yield found.start(), found.end(), "phone.first7", digits
    for found in _PHONE_TAIL.finditer(text):
        if _RUN.search(found.group()):
            yield found.start(), found.end(), "phone.last4", _digits(found.group()[-4:])


def _digits(text: str) -> str:
    return "".join(c for c in to_digits(nfkc(re.sub(rf"[{MASK}]", "", text))) if c.isdecimal())


def may_be_masked(text: str) -> bool:
    """Whether a sign that masks stands anywhere in a text; for long ones far quicker than `readable_part`."""
    return any(sign in text for sign in MASK) or "..." in text


def readable_part(text: str) -> str | None:
    """What stands before the first masked character; None when none is masked."""
    found = _RUN.search(text)
    return text[: found.start()].strip() if found else None

"""Payment card numbers: 4000 0000 0000 0002, ４０００-００００-００００-０００２.

Canonical: 13 to 19 digits whose last one is right (ISO/IEC 7812-1, annex B: Luhn's formula). One in ten numbers of
chance passes, so a hit is worth what the index makes of it and no more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind
from fingerprints.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT: Final = 60
_SEPARATORS: Final = later(r"[\s-]+")
_CARD: Final = later(r"[2-6]\d{12,18}")
_D: Final = "0-9０-９"
_GAP: Final = "[ 　－-]?"
_IN_TEXT: Final = later(
    rf"[2-6２-６](?<![{_D}.-].)[{_D}]{{3}}(?:{_GAP}[{_D}]{{4,6}}){{2,3}}(?:{_GAP}[{_D}]{{1,3}})?(?![{_D}])", re.DOTALL
)


class CardNumber(IdentifierKind):
    """The number of a payment card."""

    name = "card_number"
    code = 9
    strong = True
    posted = True
    headers: ClassVar[tuple[str, ...]] = (
        "カード番号", "クレジットカード番号", "クレジット番号", "cardnumber", "cardno", "creditcard",
        "creditcardnumber", "pan", "ccnumber", "ccno",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("4000 0000 0000 0002", "4000000000000002"),
            ("４０００-００００-００００-０００２", "4000000000000002"),
            ("370000000000002", "370000000000002"),
        ),
        misses=("", "4000 0000 0000 0003", "090-0000-0001", "架空一郎", "1234567890123"),
    )

    def canonical(self, text: str) -> str | None:
        """The digits alone, when their check digit is right."""
        if len(text) > MAX_TEXT:
            return None
        digits = _SEPARATORS.sub("", fold(text).strip())
        return digits if digits.isascii() and _CARD.fullmatch(digits) and _is_checked(digits) else None

    def find(self, text: str) -> Iterator[Found]:
        """Groups of digits, as cards show them or run together."""
        for match in _IN_TEXT.finditer(text):
            canonical = self.canonical(match.group())
            if canonical:
                yield Found(self.name, match.start(), match.end(), canonical)


def _is_checked(digits: str) -> bool:
    """Luhn's formula: every second digit from the right doubled, the sum of all digits a multiple of ten."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0

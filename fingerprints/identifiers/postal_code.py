"""Japanese postal codes: 100-0001, 〒1000001, １００－０００１, and 600001 whose leading zero a spreadsheet lost.

Canonical: seven digits. In free text only with its hyphen or the sign 〒: seven bare digits are anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, Found, IdentifierKind, is_among_japanese
from fingerprints.slips import digits_meant
from fingerprints.text import fold, to_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITTEN: Final = later(r"〒?\s{0,9}(\d{3})[\s.ー-]{0,3}(\d{4})")
_LOST_ZERO: Final = later(r"([1-9]\d{4,5})(?:\.0)?")
_USUAL_LINES: Final = later(lines_of("[0-9]{3}-?[0-9]{4}"))
_D: Final = "0-9０-９"
_MASK: Final = "*＊×xX●○■#"
"""After a hyphen, what hides the rest of a phone number: 060-0001-****."""
_HYPHENED: Final = later(
    rf"[{_D}](?<![{_D}.－-].)[{_D}]{{2}}[-‐‑–—―−－ー][{_D}]{{4}}(?![{_D}]|[-－‐−ー.][{_D}{_MASK}])", re.DOTALL
)
_PLAIN: Final = later(rf"(?<![{_D}A-Za-z.－-])(?<![{_D}],)[{_D}]{{7}}(?![{_D}A-Za-z.－-])")
"""Seven digits and nothing beside them; a pair with a name tells whether they are one."""
_LABELLED: Final = later(rf"(?:zip|post|郵便)[^\d\n]{{0,10}}(?<![{_D}])([{_D}]{{7}})(?![{_D}])", re.IGNORECASE)
_SIGNED: Final = later(rf"〒\s?[{_D}]{{3}}[\s‐−－ー-]?[{_D}]{{4}}(?![{_D}])")


_ABROAD: Final = later(r"[a-z0-9]{3,10}")
_GAPS: Final = later(r"[\s-]")
_DIGITS: Final = 7
_LONGEST: Final = 20


class PostalCode(IdentifierKind):
    """A Japanese postal code."""

    name = "postal_code"
    code = 5
    headers: ClassVar[tuple[str, ...]] = (
        "郵便番号", "〒", "zip", "zipcode", "postalcode", "postcode", "郵便", "住所郵便番号", "契約者郵便番号",
        "現住所郵便番号", "postcd", "zipcd", "postalcd",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("100-0001", "1000001"),
            ("〒100-0001", "1000001"),
            ("１００－０００１", "1000001"),
            ("0600001", "0600001"),
            ("600001", "0600001"),
        ),
        misses=("", "100-001", "090-0000-0001", "東京都", "12345678"),
    )

    def canonical(self, text: str) -> str | None:
        """Seven digits; five or six get the zeros back that a spreadsheet dropped."""
        if len(text) == _DIGITS and text.isascii() and text.isdecimal():
            return text
        text = to_digits(fold(text).strip())
        if match := _WRITTEN.fullmatch(text):
            return match.group(1) + match.group(2)
        lost = _LOST_ZERO.fullmatch(text)
        return lost.group(1).zfill(7) if lost else None

    def under_label(self, text: str) -> str | None:
        """Codes of other countries too: 2617, EC1A 1BB."""
        return self.canonical(text) or _abroad(text)

    def _usual_lines(self, lines: str) -> str | None:
        return lines.replace("-", "") if _USUAL_LINES.fullmatch(lines) else None

    def slips(self, text: str) -> tuple[str, ...]:
        """Codes with one digit another, or two neighbours swapped."""
        code = self.under_label(text)
        return tuple(dict.fromkeys(digits_meant(code))) if code else ()

    def find(self, text: str) -> Iterator[Found]:
        """Codes with a hyphen or the sign 〒."""
        matches = list(_HYPHENED.finditer(text))
        if "〒" in text:
            signed = list(_SIGNED.finditer(text))
            inside = {match.end() for match in signed}
            matches = sorted([m for m in matches if m.end() not in inside] + signed, key=lambda m: m.start())
        ends = {match.end() for match in matches}
        matches += [m for m in _LABELLED.finditer(text) if m.end() not in ends]
        ends |= {match.end() for match in matches}
        plain = (m for m in _PLAIN.finditer(text) if m.end() not in ends and is_among_japanese(text, *m.span()))
        matches = sorted([*matches, *plain], key=lambda m: m.start())
        for match in matches:
            start, end = match.span(match.lastindex or 0)
            canonical = self.canonical(text[start:end])
            if canonical:
                yield Found(self.name, start, end, canonical)


def _abroad(text: str) -> str | None:
    code = _GAPS.sub("", fold(text[:_LONGEST]))
    return code if _ABROAD.fullmatch(code) and any(map(str.isdecimal, code)) else None

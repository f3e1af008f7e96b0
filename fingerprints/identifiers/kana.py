"""Readings of names in kana: カクウ　イチロウ, ｶｸｳ ｲﾁﾛｳ, かくう いちろう.

Canonical: katakana without spaces and honorifics; small letters large (bank files know only ｷﾖｳｺ for キョウコ),
ヂヅヲヱヰヴ as ジズオエイブ, every dash a prolonged sound mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, IdentifierKind
from fingerprints.identifiers.name import (
    NO_HONORIFIC,
    both_orders,
    in_both_orders,
    split_name,
    strip_honorifics,
    usual_name,
    without_spaces,
)
from fingerprints.text import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE: Final = str.maketrans("ァィゥェォッャュョヮヵヶヂヅヲヱヰヴ-", "アイウエオツヤユヨワカケジズオエイブー")
_PART: Final = rf"(?!ャン(?:[ 　]|$))(?:[ァ-ヺ][ァ-ヺー]{{1,19}}{NO_HONORIFIC}|(?![マン])[ァ-ヺ])"
_TWO_LINES: Final = later(rf"^{_PART}[ 　]{_PART}$", re.MULTILINE)
_USUAL_LINES: Final = later(lines_of(f"[ァ-ヺ][ァ-ヺー]{{1,39}}+{NO_HONORIFIC}"))
_KANA: Final = later(r"[ァ-ヺ][ァ-ヺー]{1,39}")


class Kana(IdentifierKind):
    """The reading of a person's name in kana."""

    name = "kana"
    code = 2
    sketched = True
    headers: ClassVar[tuple[str, ...]] = (
        "フリガナ", "カナ", "氏名カナ", "カナ氏名", "ヨミ", "ヨミガナ", "ヨミカナ", "名前カナ", "契約者名カナ",
        "契約者カナ", "お名前カナ",
        "氏名フリガナ", "お名前フリガナ", "kana", "namekana", "furigana", "カナ名", "顧客名カナ",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("カクウ　イチロウ", "カクウイチロウ"),
            ("ｶｸｳ ｲﾁﾛｳ", "カクウイチロウ"),
            ("かくう いちろう さま", "カクウイチロウ"),
            ("ﾜﾀﾅﾍﾞ ｷｮｳｺ", "ワタナベキヨウコ"),
            ("ミ-ナ", "ミーナ"),
        ),
        misses=("", "架空 一郎", "Ichiro", "ア", "03-0000-0000"),
    )

    def canonical(self, text: str) -> str | None:
        """One form of a reading, spaces dropped."""
        usual = (usual_name(text) or "").replace(" ", "").translate(_TABLE)
        return usual if _KANA.fullmatch(usual) else self._join(split_name(text))

    def readings(self, text: str) -> tuple[str, ...]:
        """Both orders when a separator shows where the family name ends."""
        parts = split_name(text)
        if plain := both_orders(parts):
            plain = tuple(form.translate(_TABLE) for form in plain)
            if all(map(_KANA.fullmatch, plain)):
                return plain
        forms = (self._join(parts), self._join(parts[::-1]))
        return tuple(dict.fromkeys(form for form in forms if form is not None))

    def comparable(self, text: str) -> str:
        """Normalised, with the kana folded as in the canonical form."""
        return normalise(text).translate(_TABLE)

    def _usual_lines(self, lines: str) -> str | None:
        lines = without_spaces(lines)
        return lines.translate(_TABLE) if _USUAL_LINES.fullmatch(lines) else None

    def _usual_readings(self, lines: str) -> Sequence[tuple[str, ...]] | None:
        if len(_TWO_LINES.findall(lines)) <= lines.count("\n"):
            return None
        parts = (line.split(" ") for line in lines.replace("　", " ").split("\n"))
        forms = "\n".join([" ".join(in_both_orders(family, given)) for family, given in parts])
        return [tuple(form.split(" ")) for form in forms.translate(_TABLE).split("\n")]

    def _join(self, parts: Sequence[str]) -> str | None:
        joined = strip_honorifics("".join(parts)).translate(_TABLE)
        return joined if _KANA.fullmatch(joined) else None

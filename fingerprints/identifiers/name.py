"""Names of people as written: 架空　一郎, 架空一郎様, Kakuu Ichiro.

Canonical: folded, hiragana as katakana, without spaces, honorifics and what stands in brackets. Japanese names keep the
order in which they stand (family, given); Latin names keep a space between their words, which are put in alphabetical
order, since every order occurs; a hyphen stands between two words. Names are not found in free text (a surname
dictionary reached F1 0.20 in a measurement): they confirm.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from core.processes.patterns import later
from fingerprints.identifiers._usual import lines_of
from fingerprints.identifiers.interface import Examples, IdentifierKind
from fingerprints.text import fold, is_folded, normalise, to_katakana

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TEXT: Final = 200
_BRACKETS: Final = later(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|「[^「」]*」|【[^【】]*】")
_COMPANY: Final = (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社"))
_HONORIFICS: Final = later(r"(?:様|サマ|サン|殿|氏|君|クン|チャン|先生|御中|\bmr\.?|\bmrs\.?|\bms\.?|\bsama|\bsan)$")
_LATIN_TITLE: Final = later(r"^(?:(?:mr|mrs|ms|miss|dr)\.?(?:/|\s+))+(?=.)")
_SEPARATORS: Final = later(r"[\s,、・.=/_|]+|(?<=[一-鿿々])-+(?=[一-鿿々ァ-ヺ])|(?<=[ァ-ヺー])-+(?=[一-鿿々])")
_INNER_HYPHEN: Final = later(r"-(?<=[一-鿿々]-)(?=[一-鿿々ァ-ヺ])|-(?<=[ァ-ヺー]-)(?=[一-鿿々])")
_APOSTROPHES: Final = later("['’`]")
_EDGES: Final = " -"
_PLAIN: Final = later(r"[一-鿿々ァ-ヺー]{1,30}(?: [一-鿿々ァ-ヺー]{1,30})?(?<![様マン殿氏君生中])")
"""Most names: nothing but letters, at most one space, and an end that no honorific has."""
_TWO_PLAIN: Final = later(
    r"([一-鿿々ァ-ヺー]{1,30})(?<![様マン殿氏君生中])[ 　]([一-鿿々ァ-ヺー]{1,30})(?<![様マン殿氏君生中])"
)
NO_HONORIFIC: Final = "(?<![様殿氏君])(?<!サマ)(?<!サン)(?<!クン)(?<!チャン)(?<!先生)(?<!御中)"
_USUAL_LINES: Final = later(lines_of(f"[一-鿿々ァ-ヺー]{{2,60}}+{NO_HONORIFIC}"))
_PART: Final = rf"(?!ャン(?:[ 　]|$))(?:[一-鿿々ァ-ヺー]{{2,30}}{NO_HONORIFIC}|(?![様殿氏君生中マン])[一-鿿々ァ-ヺー])"
"""A family or a given name that makes no honorific, by itself or with what stands before it."""
_TWO_LINES: Final = later(rf"^({_PART})[ 　]({_PART})$", re.MULTILINE)
_IDEOGRAPH: Final = later("[一-鿿]")
_HALF: Final = 2
_HALF_OF_KANA: Final = 3
_MOST_WORDS: Final = 3
"""Letters of a half, and words of a Latin name that are halves."""
_NAME: Final = later(r"[^\W\d_](?:[^\W\d_]|[ー々-]){1,59}")


def strip_honorifics(text: str) -> str:
    """A folded name without the honorifics at its end; two letters at least are left."""
    text = text.strip(_EDGES)
    while (match := _HONORIFICS.search(text)) and len(text[: match.start()].strip(_EDGES)) >= 2:  # noqa: PLR2004  # letters
        text = text[: match.start()].strip(_EDGES)
    return text


def usual_name(text: str) -> str | None:
    """A name as most are written, which folding changes nothing of but the width of its space; None for others."""
    text = text.replace("　", " ")
    return text if _PLAIN.fullmatch(text) and is_folded(text) else None


def without_spaces(text: str) -> str:
    """The text without the spaces that stand between a family and a given name."""
    return text.replace("　", "").replace(" ", "")


def split_name(text: str) -> list[str]:
    """The parts of a name, folded and in katakana, as its separators divide it."""
    if usual := usual_name(text):
        return usual.split(" ")
    if len(text) > MAX_TEXT:
        return []
    text = to_katakana(fold(text)).strip()
    if _PLAIN.fullmatch(text):
        return text.split(" ")
    for short, long in _COMPANY:
        text = text.replace(short, long)
    text = strip_honorifics(_LATIN_TITLE.sub("", _BRACKETS.sub(" ", _APOSTROPHES.sub("", text)).strip()))
    parts = (part for part in _SEPARATORS.split(text) if part)
    return [word for part in parts for word in (part.split("-") if part.isascii() else [part]) if word]


class Name(IdentifierKind):
    """A person's name as written, in kanji or Latin letters."""

    name = "name"
    code = 1
    sketched = True
    headers: ClassVar[tuple[str, ...]] = (
        "氏名", "名前", "お名前", "顧客名", "契約者名", "契約者氏名", "氏名漢字", "漢字氏名", "会員名", "お客様名",
        "お客様氏名",
        "name", "fullname", "customername", "利用者名", "使用者名", "宛名", "姓名", "お客さま名", "ご契約者名",
        "fullnm", "custnm", "custname", "membername", "subscribername",
    )  # fmt: skip
    examples = Examples(
        hits=(
            ("架空　一郎", "架空一郎"),
            ("架空 一郎 様", "架空一郎"),
            ("架空-一郎", "架空一郎"),
            ("Mr./Ms. Kakuu", "kakuu"),
            ("髙﨑　二葉さん", "高崎二葉"),
            ("渡邉(わたなべ) 三奈", "渡辺三奈"),
            ("さいとう 四郎", "サイトウ四郎"),
            ("ICHIRO KAKUU", "ichiro kakuu"),
            ("Kakuu, Ichiro", "ichiro kakuu"),
            ("Kakuu-Ichiro", "ichiro kakuu"),
            ("（株）架空商事 御中", "株式会社架空商事"),
        ),
        misses=("", "090-0000-0000", "kakuu@carrier.example", "一", "2026/04/01"),
    )

    def canonical(self, text: str) -> str | None:
        """One form of a name; spaces stand between Latin words alone."""
        usual = (usual_name(text) or "").replace(" ", "")
        return usual if len(usual) > 1 else join_name(split_name(text))

    def _usual_lines(self, lines: str) -> str | None:
        lines = without_spaces(lines)
        return lines if _USUAL_LINES.fullmatch(lines) and is_folded(lines) else None

    def _usual_readings(self, lines: str) -> Sequence[tuple[str, ...]] | None:
        found = _TWO_LINES.findall(lines)
        if len(found) <= lines.count("\n") or not is_folded(lines):
            return None
        return [in_both_orders(family, given) for family, given in found]

    def comparable(self, text: str) -> str:
        """Normalised, without the hyphens that stand between a family and a given name in Japanese."""
        return _INNER_HYPHEN.sub("", normalise(text))

    def readings(self, text: str) -> tuple[str, ...]:
        """Both orders when a separator shows where the family name ends."""
        if (two := _TWO_PLAIN.fullmatch(text)) and is_folded(text):
            return in_both_orders(*two.groups())
        parts = split_name(text)
        if plain := both_orders(parts):
            return plain
        forms = (join_name(parts), join_name(parts[::-1]))
        return tuple(dict.fromkeys(form for form in forms if form is not None))


def both_orders(parts: list[str]) -> tuple[str, ...]:
    """Both orders of a family and a given name of plain letters that end as no honorific does; none of others."""
    if len(parts) != 2 or not all(map(_PLAIN.fullmatch, parts)):  # noqa: PLR2004  # family and given
        return ()
    return in_both_orders(*parts)


def in_both_orders(family: str, given: str) -> tuple[str, ...]:
    """A name and the same with its parts turned."""
    return (family + given, given + family) if family != given else (family + given,)


def join_name(parts: list[str]) -> str | None:
    """The parts as one canonical name, or None when they are no name."""
    if len(parts) > 1 and all(part.isascii() for part in parts):
        return " ".join(sorted(parts)) if _NAME.fullmatch("".join(parts)) else None
    joined = strip_honorifics(_INNER_HYPHEN.sub("", "".join(parts)))
    return joined if _NAME.fullmatch(joined) else None


def halves_of(canonical: str) -> tuple[str, ...]:
    """What one slip leaves whole of a name: its beginning or its end; of a Latin one, all words but one.

    Nobody can tell where a Japanese family name ends; of four letters the halves are two, of three they overlap.
    """
    if canonical.isascii():
        return tuple(dict.fromkeys(word for word in canonical.split(" ") if len(word) > 1))[:_MOST_WORDS]
    size = _HALF if _IDEOGRAPH.search(canonical) else _HALF_OF_KANA
    if len(canonical) <= size:
        return ()
    begins, ends = canonical[:size], canonical[-size:]
    return (begins, ends) if begins != ends else (begins,)

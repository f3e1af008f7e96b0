"""Family and given names that stand in columns of their own, told by what the values are; headers have the last word.

A column of halves is told from one of whole names by its lengths: of Japanese halves nine in ten have at most three
letters, of whole names three in four have four or more. Which half is which, the letters tell: those that begin or end
family names seldom begin or end given ones. A header decides where the letters do not. In Latin letters the order is
all the same (see `fingerprints.identifiers.name`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final

from core.processes.patterns import later
from fingerprints.columns.name_letters import lean_of_word
from fingerprints.identifiers.name import split_name
from fingerprints.text import nfkc, normalise, to_katakana

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

FAMILY: Final = "family"
GIVEN: Final = "given"
MIDDLE: Final = "middle"

SAMPLED: Final = 500
"""Values of a column that are looked at."""
_LONGEST_HALF: Final = {"name": 2, "kana": 4}
_SHORTEST_WHOLE: Final = {"name": 4, "kana": 6}
"""Letters up to which a word is half of a name, and from which it is a whole one; between them it says nothing."""
_MOSTLY: Final = 0.6
"""Share of a column's values that are one short word each, from which it may hold halves."""
_TELLS: Final = 0.25
"""How far apart the letters of two columns lean where they tell; in 600 draws of four people, the halves always did."""
_MOST_UNLIKE: Final = 4
"""How many times as many different values one half may have as the other: a shop's name comes again and again."""
_FEW: Final = 3
_MANY: Final = 8
"""Different values of a column in Latin letters, where no letter tells a name from a plan or a state."""
_LONGEST_WORD: Final = 12
_NEXT: Final = 1
_NEAR: Final = 3
"""Columns between two halves, at most."""
_PLACE: Final = later(r"(?:.{1,8}[都道府県]|.{2,8}[市区町村郡])")
_WORD: Final = later(r"(?:[^\W\d_]|[々ー・'’. -])+")
_LATIN: Final = later(r"[^\W\d_]+(?:['’. -]+[^\W\d_]+)*\.?")
_KANA: Final = later(r"[ァ-ヺー]+")
_WHOLE_WORDS: Final = later("姓名|氏名")
_NAMED: Final = later("name|nm|名|氏|ナマエ|シメイ")
_OTHER: Final = later(
    "(?:店|支店|局|社|会社|部|課|所|駅|町|町名|町域|地域|エリア|プラン|コース|区分|種別|種類|状態|状況|職業|備考|続柄|性別|国籍|国)(?:名)?$"
    "|shop|store|branch|area|region|plan|type|status|town|city|dept|company|country|gender|sex$|relation",
)
"""What headers end with that name no person."""
_CAMEL: Final = later(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_ROLES: Final = (
    (MIDDLE, re.compile("ミドル|middle|ミツドル"), frozenset({"mid", "mname"})),
    (FAMILY, re.compile("姓|苗字|名字|ミヨウジ|ミョウジ|last|family|surname|氏$|氏(?=漢字|カナ|フリガナ)|セイ$"),
     frozenset({"sei", "myoji", "lname", "ln", "sn"})),
    (GIVEN, re.compile("名$|名(?=漢字|カナ|フリガナ)|下ノ名|名前|first|given|fore|メイ$"),
     frozenset({"mei", "fname", "fn", "gn"})),
)  # fmt: skip


@dataclass(frozen=True)
class Halves:
    """One column as it may hold halves of names.

    Attributes:
        place: Its number.
        header: What names it, empty without a header.
        values: Some of its values that are not empty.
    """

    place: int
    header: str
    values: Sequence[str]

    @cached_property
    def role(self) -> str:
        """What its header says: `FAMILY`, `GIVEN`, `MIDDLE`, or nothing."""
        return role_of(self.header)

    @cached_property
    def kind(self) -> str:
        """What its values are halves of: ``name``, ``kana``, or nothing."""
        return kind_of_halves(self.values)

    @cached_property
    def lean(self) -> float:
        """How its letters lean: above 0 towards family names, below towards given ones."""
        return lean_of(self.values)

    @cached_property
    def is_latin(self) -> bool:
        """Whether most of its values are in Latin letters."""
        return sum(value.isascii() for value in self.values) > len(self.values) / 2

    @cached_property
    def varies(self) -> bool:
        """Whether it has different values, as names have, and states or sexes have not."""
        return self.different >= min(_FEW, len(self.values))

    @cached_property
    def different(self) -> int:
        """How many different values it has."""
        return len(set(self.values))


def find_whole_names(
    headers: Sequence[str], columns: Sequence[Sequence[str]], free: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """By kind (``name``, ``kana``) the columns that together hold whole names, the family name first.

    Args:
        headers: Of all columns; empty texts where there are none.
        columns: All columns, or samples of them row by row.
        free: Numbers of the columns that may be used.
    """
    named = [place for place in sorted(free) if place >= len(headers) or not _OTHER.search(normalise(headers[place]))]
    halves = [one for place in named if (one := column_at(headers, columns, place)).kind]
    found = {}
    for kind in ("name", "kana"):
        of_kind = [one for one in halves if one.kind == kind]
        pairs = [
            (_worth(one, other), one, other) for one, other in combinations(of_kind, 2) if _go_together(one, other)
        ]
        if pairs:
            _worth_most, one, other = max(pairs, key=lambda pair: pair[0])
            found[kind] = tuple(part.place for part in (*in_order(one, other), *_middle(of_kind, one, other)))
    return found


def column_at(headers: Sequence[str], columns: Sequence[Sequence[str]], place: int) -> Halves:
    """One column of a table."""
    filled = [value.strip() for value in columns[place] if value.strip()]
    step = max(1, len(filled) // SAMPLED)
    return Halves(place, headers[place] if place < len(headers) else "", filled[::step])


def in_order(one: Halves, other: Halves) -> tuple[Halves, Halves]:
    """Two halves, the family name first: by their letters, else by their headers, else as they stand."""
    if _letters_tell(one, other):
        return (one, other) if one.lean > other.lean else (other, one)
    if one.role == GIVEN or other.role == FAMILY:
        return (one, other) if one.role == FAMILY else (other, one)
    return one, other


def is_order_known(one: Halves, other: Halves) -> bool:
    """Whether something tells which of the two is the family name; of Latin ones it is all the same."""
    return one.is_latin or _letters_tell(one, other) or {one.role, other.role} == {FAMILY, GIVEN}


def role_of(header: str) -> str:
    """Which half of a name a header speaks of; nothing where it does not say."""
    words = _WHOLE_WORDS.sub("", normalise(header))
    tokens = {token.lower() for token in _CAMEL.split(nfkc(header)) if token}
    return next((role for role, inside, whole in _ROLES if inside.search(words) or tokens & whole), "")


def kind_of_halves(values: Sequence[str]) -> str:
    """What the values are halves of, ``name`` or ``kana``; nothing where they are whole or no names at all."""
    words = [to_katakana(nfkc(value)) for value in values]
    single = [word for word in words if _is_word(word)]
    if not single or len(single) < _MOSTLY * len(values):
        return ""
    if sum(map(bool, map(_PLACE.fullmatch, single))) > len(single) / 2:
        return ""
    kind = "kana" if sum(map(bool, map(_KANA.fullmatch, single))) > _MOSTLY * len(single) else "name"
    lengths = list(map(_half_or_whole, single))
    wholes = lengths.count(1) + len(words) - len(single)
    return kind if lengths.count(-1) > wholes else ""


def lean_of(values: Iterable[str]) -> float:
    """How the letters of names lean, from 2 (all family names) to -2 (all given ones)."""
    leans = [lean_of_word(value, is_kana=bool(_KANA.fullmatch(to_katakana(nfkc(value))))) for value in values]
    return sum(leans) / len(leans) if leans else 0.0


def _is_word(word: str) -> bool:
    """Whether this is one word of letters, as a half is; not two words of Japanese, which are a whole name."""
    if _LATIN.fullmatch(word) and word.isascii():
        return len(split_name(word)) == 1
    return len(word) <= _LONGEST_WORD and bool(_WORD.fullmatch(word)) and len(split_name(word) or (word,)) == 1


def _half_or_whole(word: str) -> int:
    """-1 for half of a name, 1 for a whole one, 0 for what could be either."""
    if word.isascii():
        return -1
    kind = "kana" if _KANA.fullmatch(word) else "name"
    size = len(word)
    return -1 if size <= _LONGEST_HALF[kind] else int(size >= _SHORTEST_WHOLE[kind])


def _letters_tell(one: Halves, other: Halves) -> bool:
    return not (one.is_latin or other.is_latin) and abs(one.lean - other.lean) >= _TELLS


def _go_together(one: Halves, other: Halves) -> bool:
    """Whether two columns may be the halves of one name: something says so, and nothing says otherwise."""
    fewer, more = sorted((one.different, other.different))
    if one.is_latin is not other.is_latin or more > _MOST_UNLIKE * fewer or abs(one.place - other.place) > _NEAR:
        return False
    if MIDDLE in {one.role, other.role}:
        return False
    if {one.role, other.role} == {FAMILY, GIVEN}:
        return True
    if not (one.varies and other.varies):
        return False
    by_letters = _letters_tell(one, other) and min(one.lean, other.lean) < 0 < max(one.lean, other.lean)
    return by_letters or (_are_two_of_one(one, other) and other.place - one.place == _NEXT)


def _are_two_of_one(one: Halves, other: Halves) -> bool:
    """Whether headers alone say that these are one name: name1 and name2, with values that are many."""
    named = all(_NAMED.search(normalise(half.header)) for half in (one, other))
    many = all(half.different >= min(_MANY, max(len(half.values) - 1, 1)) for half in (one, other))
    return named and many and _are_alike(one.header, other.header)


def _worth(one: Halves, other: Halves) -> float:
    """How well two halves go together; the best pair of a table is taken."""
    return (
        2 * min(abs(one.lean - other.lean), 1) * _letters_tell(one, other)
        + 2 * ({one.role, other.role} == {FAMILY, GIVEN})
        + _are_alike(one.header, other.header)
        + 1 / abs(one.place - other.place)
        + min(one.different, other.different) / max(one.different, other.different)
        - max(one.place, other.place) / 1000
    )


def _are_alike(one: str, other: str) -> bool:
    """Whether two headers share what they begin or end with: 契約者姓 and 契約者名, LAST_NAME_KJ and FIRST_NAME_KJ."""
    first, second = nfkc(one).lower(), nfkc(other).lower()
    if not first or not second:
        return False
    least = max(min(len(first), len(second)) // 2, 1)
    return _shared(first, second) >= least or _shared(first[::-1], second[::-1]) >= least


def _shared(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _middle(halves: Sequence[Halves], one: Halves, other: Halves) -> list[Halves]:
    """A column of middle names, which its header must name: it belongs to the whole name too."""
    return [half for half in halves if half.role == MIDDLE and half.place not in {one.place, other.place}][:1]

"""What in a stretch of free text could be somebody's name: pairs of such a name and something beside it are looked up.

Names cannot be told from other words without a list, and need not be: a pair that nobody carries finds nobody.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from core.processes.patterns import later
from fingerprints.identifiers import kind_classes
from fingerprints.pairs import PAIRS
from matcher.compare.romaji import GAPS, kana_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fingerprints.identifiers import IdentifierKind

LATIN_GAPS = f"{GAPS}-"
LATIN_RUN = later(rf"[A-Za-z]{{2,20}}(?:[{LATIN_GAPS}]{{1,2}}[A-Za-z]{{2,20}}){{1,3}}")
MOST_NAMES = 200  # stretches of a text tried as a name
MOST_PAIRS = 40  # of runs that may be a family and a given name
MOST_RUNS = 20  # of kana, and of Latin words, likewise
PAIRED = frozenset(
    name for pair in PAIRS for term in (pair.left, pair.right) for name in (term.name, term.kind) if name != "phone"
)
"""Kinds beside which a name says something; a phone is looked up without one."""
_NAME_RUN = later(r"([一-鿿々〆]+)([ァ-ヺー]{0,5})")
_KANA_RUN = later(r"[ァ-ヺーｦ-ﾟ]{2,20}(?:[ 　・][ァ-ヺーｦ-ﾟ]{2,20})?")
_HIRAGANA_RUN = later(r"(?<![一-鿿々ぁ-ゖァ-ヺー])[ぁ-ゖー]{2,10}(?:[ 　・][ぁ-ゖー]{2,8})?(?![一-鿿々ぁ-ゖァ-ヺー])")
"""Hiragana with nothing but signs and spaces around it; in a sentence a kanji is never far."""
_MORE_LABELS = (
    "なまえ",
    "よみ",
    "読み",
    "ふりがな",
    "かな",
    "本名",
    "契約者",
    "名義",
    "生",
    "プラン",
    "備考",
    "状態",
    "メモ",
)
_NAMES = ("name", "kana")
_J = "一-鿿々ぁ-ゖァ-ヺーｦ-ﾟ"
_TWO_PARTS = later(rf"(?<![{_J}])([{_J}]{{1,10}})[ 　・,，、/／.＝-]{{1,2}}(?=([{_J}]{{1,10}})(?![{_J}]))")
"""Two runs of letters with a sign or two between them; a run may belong to two such pairs."""
_BEFORE_HIRAGANA = later("[一-鿿々〆]{1,4}(?=[ぁ-ゖ])|[ァ-ヺー]{2,8}(?=[ぁ-ゖ])")
_GAP = later("[ 　・]")
_FEWEST_KANA = 4
_LONGEST_NAME, _LONGEST_FAMILY, _LONGEST_GIVEN = 6, 3, 4
_STOPS = str.maketrans(
    dict.fromkeys("、。，．「」『』（）()【】！？!?:：;；/／|\n\r\t>＞<＜=＝*", ".")
)  # what no name goes across


def names_in(text: str, kinds: Mapping[str, IdentifierKind]) -> Iterator[tuple[str, str]]:
    """Kind and canonical form of whatever could be a name, or its reading."""
    text = (_ascii_labels() if text.isascii() else _labels()).sub("、", text)
    stretches = _name_stretches(kinds["name"].comparable(text.translate(_STOPS)))
    for stretch in islice(dict.fromkeys(stretches), MOST_NAMES):
        yield "name", stretch
    for pair in islice(_pairs_of_parts(text), MOST_PAIRS):
        for kind in _NAMES if "kana" in kinds else _NAMES[:1]:
            yield from ((kind, form) for form in kinds[kind].readings(" ".join(pair)))
    if "kana" in kinds:
        bare = text.replace("、は", "、")  # a label's は touches what follows
        for pattern, where in dict.fromkeys((p, t) for t in (text, bare) for p in (_KANA_RUN, _HIRAGANA_RUN)):
            for run in islice(pattern.finditer(where), MOST_RUNS):
                for part in _alone_too(run.group()):
                    yield from (("kana", form) for form in kinds["kana"].readings(part))
    for name in islice(_latin_names(text), MOST_RUNS):
        yield from (("name", form) for form in kinds["name"].readings(name))
        yield from readings_of(name, kinds)


def _alone_too(run: str) -> Iterator[str]:
    """Two parts of kana as one name, and each by itself where it is long enough for one: the other may be a label."""
    yield run
    parts = _GAP.split(run)
    yield from (part for part in parts if len(parts) > 1 and len(part) >= _FEWEST_KANA)


def two_parts(text: str) -> Iterator[tuple[str, str]]:
    """Two runs of letters beside each other, which may be the parts of a name.

    A sentence that goes on in hiragana touches the second one (俊也 高木です): it is given with that and without.
    """
    for found in _TWO_PARTS.finditer(text):
        yield found[1], found[2]
        if ends := _BEFORE_HIRAGANA.match(found[2]):
            yield found[1], ends[0]


def _pairs_of_parts(text: str) -> Iterator[tuple[str, str]]:
    """What `two_parts` gives; where a label or its は touches the first one, also without that."""
    yield from two_parts(text)
    bare = _touching_labels().sub("、", text.replace("、は", "、"))
    if bare != text:
        yield from two_parts(bare)


def _latin_names(text: str) -> Iterator[str]:
    """Runs of Latin words, and every two words of a longer one: a word of another field may stand beside a name."""
    for run in LATIN_RUN.finditer(text):
        yield run.group()
        words = re.split(f"[{LATIN_GAPS}]+", run.group())
        if len(words) > 2:  # noqa: PLR2004  # family and given name
            yield from (f"{one} {other}" for one, other in pairwise(words))


@cache
def _touching_labels() -> re.Pattern[str]:
    """Labels of names that touch one in kanji: お名前由恵 高崎."""
    japanese = [word for word in _label_words(*_NAMES) if not word.isascii()]
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(japanese)})(?=[一-鿿])")


def _label_words(*kinds: str) -> list[str]:
    """What fields of these kinds are called, the longest first."""
    words = {word for kind in kinds for word in kind_classes()[kind].headers if len(word) > 1} | set(_MORE_LABELS)
    return sorted(words, key=len, reverse=True)


@cache
def _labels() -> re.Pattern[str]:
    """Words that name a field, before a sign or, of Japanese ones, before kana that they touch."""
    every = _label_words(*kind_classes())
    japanese = [word for word in every if not word.isascii()]
    return re.compile(
        rf"(?<![^\W\d_])(?:(?:{'|'.join(every)})(?=[\s:：=＝→>／/|｜】\]）)』」「『、,，。は]|$)"
        rf"|(?:{'|'.join(japanese)})(?=[ぁ-ゖァ-ヺｦ-ﾟ]))",
        re.IGNORECASE,
    )


@cache
def _ascii_labels() -> re.Pattern[str]:
    """Those that a text of nothing but ASCII may have."""
    words = [word for word in _label_words(*kind_classes()) if word.isascii()]
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(words)})(?=[\s:=>/|\]),]|$)", re.IGNORECASE)


def readings_of(name: str, kinds: Mapping[str, IdentifierKind]) -> Iterator[tuple[str, str]]:
    """The readings of a name in Latin letters: customers have their names in kana."""
    for reading in kana_of(name) if "kana" in kinds else ():
        yield from (("kana", form) for form in kinds["kana"].readings(reading))


def _name_stretches(text: str) -> Iterator[str]:
    """Whatever could be a name in a text as names are compared: kanji, or a few kanji and then kana."""
    for run in _NAME_RUN.finditer(text):
        kanji, kana = run.groups()
        if kana:
            for family in range(1, min(len(kanji), _LONGEST_FAMILY) + 1):
                for given in range(2, min(len(kana), _LONGEST_GIVEN) + 1):
                    yield kanji[-family:] + kana[:given]
        for size in range(min(len(kanji), _LONGEST_NAME), 1, -1):
            for start in range(len(kanji) - size + 1):
                yield kanji[start : start + size]

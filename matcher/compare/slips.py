"""Rows of a list of ours in which nobody was found: looked at once more for slips of the hand.

Somebody who types a list makes mistakes: a letter in a name, two digits swapped in a date, a neighbouring postal code.
Two slips in one row hide a person from every pair of exact values. So the index keeps what a slip leaves whole (pairs
of half a name, the house, the date and the postal code), and this asks for what the hand could have meant: every date
and code that is one slip away. It costs some hundred lookups a row, and is done only where the list speaks of our
customers anyway, or is short; how well a candidate agrees in everything is weighed as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fingerprints.pairs import PAIRS_BY_NAME, derive_parts
from matcher.compare.candidates import COLUMN, COMPARED, Query
from matcher.decide.score import NEAR
from matcher.find.candidates import Terms, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.compare.candidates import Candidates
    from matcher.units.rows import RowUnits

SHORT: Final = 200
"""Rows up to which a list is looked through for slips whoever it speaks of."""
SHARE: Final = 0.005
"""Of the rows of a longer one, how many must speak of ours."""
PARTED: Final = (("name", "half"), ("address", "house"))
SLIPPING: Final = ("birth_date", "postal_code", "phone")
MOST_AT_ONCE: Final = 2048
"""Rows looked through at once: each makes some hundred digests."""


class _Asked(NamedTuple):
    """A pair, and which of its sides are asked for as they could have been meant instead of as they are written."""

    pair: str
    left_meant: bool = False
    right_meant: bool = False


_ASKED: Final = (
    _Asked("name_half+birth_date"),
    _Asked("name_half+postal_code"),
    _Asked("birth_date+postal_code"),
    _Asked("birth_date+postal_code", right_meant=True),
    _Asked("birth_date+postal_code", left_meant=True),
    _Asked("name_half+postal_code", right_meant=True),
    _Asked("house+postal_code"),
    _Asked("house+postal_code", right_meant=True),
    _Asked("name+birth_date", right_meant=True),
    _Asked("kana+birth_date", right_meant=True),
    _Asked("kana+postal_code", right_meant=True),
)


class Slips:
    """What some rows of a table, given in order, could have been meant to say.

    Attributes:
        queries: What to look up beside their exact values.
    """

    def __init__(
        self, table: RowUnits, units: NDArray[np.intp], terms: Mapping[str, Terms], digester: Digester
    ) -> None:
        written = dict(terms)
        for kind, part in PARTED:
            if kind in terms:
                written[f"{kind}.{part}"] = _parts(terms[kind], kind, part, digester)
        self._meant = {kind: _meant(table, kind, units, digester) for kind in SLIPPING if table.has_field(kind)}
        born = [_by_birth(terms["birth_date"])] if "birth_date" in terms else []
        self.queries = (*_queries(written, self._meant, digester), *born)

    def mark(self, rows: Candidates, index: Index) -> None:
        """Let dates and codes agree that are one slip away from the candidate's, where they are not the same."""
        for kind, meant in self._meant.items():
            column = COMPARED.index(kind)
            differs = np.flatnonzero(rows.fuzzy[:, column] == 0)
            differs = np.union1d(differs, np.flatnonzero(np.isnan(rows.fuzzy[:, column])))
            row, value = join(rows.unit[differs], meant.units)
            near = index.equality(kind, rows.subject[differs[row]], meant.digests[value]) == 1
            rows.fuzzy[differs[row[near]], column] = NEAR
            rows.alone[differs[row[near]], column] = True


def unexplained(count: int, explained: NDArray[np.integer], asked: NDArray[np.integer]) -> NDArray[np.intp]:
    """The rows worth another look: those that say something of a person, in a list that is short or speaks of ours.

    Args:
        count: How many rows there are.
        explained: Those that speak of somebody of ours, each once.
        asked: Those of which something could be looked up.
    """
    if count > SHORT and explained.size < max(1, SHARE * count):
        return np.zeros(0, np.intp)
    return np.setdiff1d(asked, explained)


def _queries(written: Mapping[str, Terms], meant: Mapping[str, Terms], digester: Digester) -> Iterator[Query]:
    for name, left_meant, right_meant in _ASKED:
        pair = PAIRS_BY_NAME[name]
        left = (meant if left_meant else written).get(pair.left.name)
        right = (meant if right_meant else written).get(pair.right.name)
        if left is None or right is None:
            continue
        at_left, at_right = join(left.units, right.units)
        a, b = left.digests[at_left], right.digests[at_right]
        sides = ((pair.left, a, left_meant), (pair.right, b, right_meant))
        proves = tuple((term.name, digests) for term, digests, guessed in sides if not guessed and term.name in COLUMN)
        yield Query(digester.pair(name, a, b), left.units[at_left], proves)


def _by_birth(dates: Terms) -> Query:
    """Everybody born on a day, where they are few: among two million customers and more they are many."""
    return Query(dates.digests, dates.units, (("birth_date", dates.digests),), weak=True)


def _parts(whole: Terms, kind: str, part: str, digester: Digester) -> Terms:
    derived = [derive_parts(kind, value).get(part, ()) for value in whole.values]
    units = np.repeat(whole.units, [len(some) for some in derived])
    return Terms(units, digester.digest_many(f"{kind}.{part}", [one for some in derived for one in some]))


def _meant(table: RowUnits, kind: str, units: NDArray[np.intp], digester: Digester) -> Terms:
    """What the cells of a kind could have been meant to say; equal cells are thought about once."""
    cells = [table.written(kind, unit) for unit in units.tolist()]
    first: dict[str, int] = {}
    places = [first.setdefault(cell, len(first)) for cell in cells]
    slips = [table.kinds[kind].slips(cell) if cell else () for cell in first]
    digests = digester.digest_many(kind, [value for some in slips for value in some])
    sizes = np.array([len(some) for some in slips], np.int64)
    starts = np.cumsum(sizes) - sizes
    mine = np.array(places, np.int64)
    repeated = sizes[mine]
    at = np.repeat(starts[mine] - (np.cumsum(repeated) - repeated), repeated) + np.arange(int(repeated.sum()))
    return Terms(np.repeat(units.astype(np.int64), repeated), digests[at])

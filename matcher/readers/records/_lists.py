"""People in JSON that has no object for each of them.

::

    ["090-0012-3400", "090-0012-3401", …]                          a value of each
    {"架空 一郎": "090-0012-3400", "仮名 二葉": …}                   one value of each, and another
    {"name": ["架空 一郎", …], "tel": ["090-0012-3400", …]}          columns, as pandas writes them
    {"name": {"0": "架空 一郎", …}, "tel": {"0": …}}                  columns with a number for each row
    {"columns": ["name", "tel"], "data": [["架空 一郎", …], …]}       a header and its rows
    {"user1": ["架空 一郎", "090-0012-3400"], "user2": […], …}       a row of each
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from core.processes.patterns import later
from matcher.units.columns import kind_of_header
from matcher.units.units import MOST_OF_ONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

FEWEST_ROWS: Final = 3  # of columns; two values may be the two parts of a name
SORTS: Final = ("mail", "phone", "number")
LONGEST: Final = 80  # characters of a value that is one of these
LOOKED_AT: Final = 400  # values of which a list is told by the first
_NESTED: Final = (dict, list)
_SORTS: Final = later(
    r"(?P<mail>[^\s@]{1,64}@[^\s@]{3,})"
    r"|(?P<phone>(?:\+|00)?(?:81|[(（]?[0０])[\d０-９ ()（）－ー-]{8,14}|[5-9]0\d{8})"
    r"|(?P<number>[A-Za-z]{1,4}[-_]?\d{5,12})"
)


def are_of_many(values: Collection[Any], most: int = MOST_OF_ONE, sorts: Collection[str] = SORTS) -> bool:
    """Whether so many plain values are of one sort that they are different people's.

    Args:
        values: Phones, addresses and anything else.
        most: How many of a sort one person may have.
        sorts: Those that tell.
    """
    if len(values) <= most:
        return False
    counts = Counter(sort_of(value) for value in islice(values, LOOKED_AT) if isinstance(value, (str, int)))
    return max((counts[sort] for sort in sorts), default=0) > most


def sort_of(value: object) -> str:
    """Of which of the `SORTS` a plain value is; empty for any other."""
    found = _SORTS.fullmatch(str(value)[:LONGEST].strip())
    return (found.lastgroup if found else None) or ""


def is_plain(values: Collection[Any]) -> bool:
    """Whether none of the values holds others."""
    return not any(isinstance(value, _NESTED) for value in values)


def rows_of(node: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    """The rows of an object that holds a table; None for any other."""
    if not any(isinstance(value, _NESTED) for value in node.values()):
        return None
    return _split(node) or _of_lists(node) or _of_numbered(node)


def _split(node: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    header, data = node.get("columns"), node.get("data")
    if not (isinstance(header, list) and isinstance(data, list) and header and data and is_plain(header)):
        return None
    if not all(isinstance(row, list) and len(row) == len(header) for row in data):
        return None
    names = list(map(str, header))
    return (dict(zip(names, row, strict=True)) for row in data)


def _of_lists(node: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    """Lists that are columns, by their names or by what is alike in them; else each is a row, if people differ."""
    if not all(isinstance(value, list) and is_plain(value) for value in node.values()):
        return None
    sizes = {len(value) for value in node.values()}
    is_named = not are_of_many(node.keys()) and any(map(kind_of_header, node))
    alike = is_named or any(map(are_of_many, node.values()))
    if len(sizes) == 1 and alike:
        is_table = len(node) > 1 and sizes.pop() >= FEWEST_ROWS
        return (dict(zip(node, row, strict=True)) for row in zip(*node.values(), strict=True)) if is_table else None
    if alike or not are_of_many(list(islice(chain.from_iterable(node.values()), LOOKED_AT))):
        return None
    return ({"": name, **{str(place): value for place, value in enumerate(row)}} for name, row in node.items())


def _of_numbered(node: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    """Columns whose rows have numbers; where columns have numbers too, they are rows, as PHP writes them."""
    columns = list(node.values())
    if all(map(str.isdecimal, node)):
        return None
    if not all(isinstance(column, dict) and column and is_plain(column.values()) for column in columns):
        return None
    numbers = list(columns[0])
    if len(numbers) < FEWEST_ROWS or not all(map(str.isdecimal, numbers)):
        return None
    if any(column.keys() != columns[0].keys() for column in columns):
        return None
    return ({name: column[number] for name, column in node.items()} for number in numbers)

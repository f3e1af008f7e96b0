"""Records of fixed length whose fields touch: how long a record is, and where its fields begin.

Nothing parts the fields but their places, which stand in a description that nobody posts. What is in them tells the
places: in nearly every record a phone number begins at the same one, and a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.readers.tables._layout import BATCH_ROWS, as_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from matcher.readers.interface import Rows

FEWEST_RECORDS: Final = 3
SHORTEST, LONGEST = 12, 1500
"""Of a record, in bytes or characters."""
_SURELY: Final = 0.8  # share of the records in which a field reads as what it is taken for
_OF_THE_BEST: Final = 0.7
_STANDS_OUT: Final = 0.08  # by which neighbours at the true distance are alike more often than at others
_MANY_RECORDS: Final = 10  # from so many on their fields tell the length, and chance does not
_MORE: Final = 1.05  # times as much a longer record has to say for each sign
_TRIED: Final = 6  # distances, the shortest first: a multiple of the true one fits as well
_MOSTLY, _OFTEN = 0.9, 0.5  # shares of a column that are of one class
_FEW_LETTERS: Final = 3  # from so many on they are no part of a number
_ZERO, _NINE, _BLANK, _ASCII = 0x30, 0x39, 0x20, 0x7F
_PHONE, _HOME, _DATE = 11, 10, 8
_FIRST_YEAR, _LAST_YEAR, _MONTHS, _DAYS = 1900, 2049, 12, 31


@dataclass(frozen=True, slots=True)
class Layout:
    """How long a record is, and the places at which its fields begin, the first at 0."""

    length: int
    starts: tuple[int, ...]

    def cut(self, record: bytes | str) -> list[bytes] | list[str]:
        """The fields of a record."""
        ends = [*self.starts[1:], self.length]
        return [record[start:end] for start, end in zip(self.starts, ends, strict=True)]  # type: ignore[return-value]


def records_of(blocks: Iterable[bytes] | Iterable[str], length: int) -> Iterator[bytes | str]:
    """The records that blocks hold one after the other; the last one may be cut off."""
    rest: bytes | str | None = None
    for block in blocks:
        rest = block if rest is None else rest + block  # type: ignore[operator]  # of one kind in one source
        whole = len(rest) // length * length
        yield from (rest[at : at + length] for at in range(0, whole, length))
        rest = rest[whole:]
    if rest:
        yield rest.ljust(length)


def rows_of(records: Iterable[bytes | str], layout: Layout, encoding: str) -> Iterator[Rows]:
    """Batches of records, field by field, without the blanks that fill them up."""
    batch: list[list[str]] = []
    number = 0
    for number, record in enumerate(records, 1):  # read below
        cells = (cell if isinstance(cell, str) else cell.decode(encoding, "replace") for cell in layout.cut(record))
        batch.append([cell.strip(" \0　\n") for cell in cells])
        if len(batch) >= BATCH_ROWS:
            yield as_rows((), batch, range(number - len(batch) + 1, number + 1))
            batch = []
    if batch:
        yield as_rows((), batch, range(number - len(batch) + 1, number + 1))


def layout_of(units: NDArray[np.integer]) -> Layout | None:
    """The layout of records that follow one another without anything between them; None where there are none.

    Of several lengths that is taken whose fields say most for each sign: a multiple of the true one says as much, and
    half of it little.
    """
    best: tuple[float, Layout | None] = (0.0, None)
    for length in _lengths(units):
        records = units[: units.size // length * length].reshape(-1, length)
        bits, layout = _laid_out(records, parted=False)
        if layout and bits / length > best[0] * _MORE:
            best = (bits / length, layout)
    return best[1]


def layout_of_records(records: NDArray[np.integer], *, parted: bool) -> Layout | None:
    """The layout of records of one length, a row each; None where no field can be told from what it touches.

    Args:
        records: Bytes or code points.
        parted: Whether line ends stand between them; else the last field touches the first one of the next record.
    """
    return _laid_out(records, parted=parted)[1]


def _laid_out(records: NDArray[np.integer], *, parted: bool) -> tuple[float, Layout | None]:
    """What the fields of a record say together, in bits, and the layout."""
    if records.shape[0] < FEWEST_RECORDS or records.shape[1] < SHORTEST:
        return 0.0, None
    is_digit = (records >= _ZERO) & (records <= _NINE)
    digits = is_digit.mean(axis=0) >= _SURELY
    bits, told = _told(records, is_digit)
    inside = digits | (_letters(records) >= _MOSTLY) | ((records > _ASCII).mean(axis=0) >= _SURELY)
    touching = not parted
    inside = np.concatenate([inside[-1:] & touching, inside, inside[:1] & touching])
    if not any(_touches(inside, start, end) for start, end in told):
        return 0.0, None
    starts = {0, *(place for field in told for place in field if place < records.shape[1])}
    starts |= set(_borders(records, digits)) - {n for start, end in told for n in range(start + 1, end)}
    return bits, Layout(records.shape[1], tuple(sorted(starts)))


def _lengths(units: NDArray[np.integer]) -> Iterator[int]:
    """Distances at which equal signs, and digits, stand more often than at others, the shortest first."""
    most = min(LONGEST, units.size // FEWEST_RECORDS)
    if most < SHORTEST:
        return
    digit = (units >= _ZERO) & (units <= _NINE)
    distances = range(SHORTEST, most + 1)
    equal = np.array([np.mean(units[:-d] == units[d:]) + np.mean(digit[:-d] == digit[d:]) for d in distances])
    usual, best = float(np.median(equal)), float(equal.max())
    likely = np.flatnonzero(equal >= usual + _OF_THE_BEST * (best - usual))[:_TRIED] + SHORTEST
    stand_out = {d for d in likely.tolist() if best - usual >= _STANDS_OUT or units.size >= _MANY_RECORDS * d}
    yield from sorted(stand_out | set(_of_zeros(units)))


def _of_zeros(units: NDArray[np.integer]) -> list[int]:
    """Lengths at which a place holds a zero in nearly every record, as that of a phone does.

    Where all signs are digits, hardly anything else comes again.
    """
    zero = units == _ZERO
    found = []
    for length in range(SHORTEST, min(LONGEST, units.size // _MANY_RECORDS) + 1):
        if zero[: units.size // length * length].reshape(-1, length).mean(axis=0).max() >= _SURELY:
            found.append(length)
            if len(found) == _TRIED:
                break
    return found


def _told(records: NDArray[np.integer], is_digit: NDArray[np.bool_]) -> tuple[float, list[tuple[int, int]]]:
    """Where fields stand that are phones or dates in nearly all records: of those that overlap, the likeliest ones.

    Digits that vary fit by chance at a place beside the true one. Which fields together are hardest to come by through
    chance is found from left to right (weighted interval scheduling); how hard, in bits, comes with them.
    """
    width = records.shape[1]
    ending: dict[int, list[tuple[float, int]]] = {}
    for start, end, bits in _fitting(records, is_digit):
        ending.setdefault(end, []).append((bits, start))
    best: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for end in range(1, width + 1):
        ways = [(best[start][0] + bits, [*best[start][1], (start, end)]) for bits, start in ending.get(end, ())]
        best.append(max([best[-1], *ways], key=lambda way: way[0]))
    return best[-1]


def _fitting(records: NDArray[np.integer], is_digit: NDArray[np.bool_]) -> Iterator[tuple[int, int, float]]:
    """Every stretch that reads as a phone or a date nearly everywhere, and what that says, in bits a record."""
    blank = (records == _BLANK) | (records == 0)
    for width, fits, bits in _KINDS:
        there = ~_all_of(blank, width)
        digits = _all_of(is_digit, width - 1)[:, : there.shape[1]]  # the least that any of them wants
        filled = there.sum(axis=0)
        could = (filled >= FEWEST_RECORDS) & ((digits & there).sum(axis=0) >= _SURELY * filled)
        for start in np.flatnonzero(could).tolist():
            end = start + width
            right = fits(records[:, start:end], is_digit[:, start:end], blank[:, start:end])[there[:, start]]
            if right.mean() >= _SURELY:
                yield start, end, bits * float(right.mean())


def _all_of(holds: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Whether so many places of a record in a row hold, by the first of them; none where a record is shorter."""
    before = np.pad(np.cumsum(holds, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    return np.asarray(before[:, width:] - before[:, : max(before.shape[1] - width, 0)] == width)


def _are_phones(cells: NDArray[np.integer], is_digit: NDArray[np.bool_], blank: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Eleven digits of a mobile number, or ten of another and a blank."""
    whole = is_digit.all(axis=1) & (cells[:, 0] == _ZERO) & (cells[:, 1] > _ZERO + 1) & (cells[:, 2] == _ZERO)
    home = is_digit[:, :-1].all(axis=1) & blank[:, -1] & (cells[:, 0] == _ZERO) & (cells[:, 1] > _ZERO)
    return np.asarray(whole | home) if whole.any() else whole


def _are_home_phones(
    cells: NDArray[np.integer], is_digit: NDArray[np.bool_], blank: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    del blank
    return np.asarray(is_digit.all(axis=1) & (cells[:, 0] == _ZERO) & (cells[:, 1] > _ZERO))


def _are_dates(cells: NDArray[np.integer], is_digit: NDArray[np.bool_], blank: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Year, month and day, in eight digits."""
    del blank
    value = np.where(is_digit, cells, _ZERO).astype(np.int64) - _ZERO
    year = value[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = value[:, 4:6] @ np.array([10, 1]), value[:, 6:8] @ np.array([10, 1])
    known = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= _MONTHS)
    return np.asarray(is_digit.all(axis=1) & known & (day >= 1) & (day <= _DAYS))


_KINDS: Final = ((_PHONE, _are_phones, 7.4), (_DATE, _are_dates, 10.8), (_HOME, _are_home_phones, 3.4))
"""Width, what fits, and the bits that say how seldom digits drawn by chance would."""


def _letters(records: NDArray[np.integer]) -> NDArray[np.float64]:
    """The share of each column that is letters of ASCII."""
    return np.asarray((((records | 0x20) >= ord("a")) & ((records | 0x20) <= ord("z"))).mean(axis=0))


def _touches(inside: NDArray[np.bool_], start: int, end: int) -> bool:
    """Whether a digit or letter stands right before or behind a field, so that no sign parts it from another.

    ``inside`` has a column before those of a record, and one behind them.
    """
    return bool(inside[start] or inside[end + 1])


def _borders(records: NDArray[np.integer], digits: NDArray[np.bool_]) -> Iterator[int]:
    """Where digits begin or end, but for the few letters of a number, and where something begins behind blanks."""
    blank = ((records == _BLANK) | (records == 0)).mean(axis=0)
    letters = np.concatenate([_letters(records) >= _MOSTLY, np.zeros(_FEW_LETTERS, np.bool_)])
    for place in range(1, records.shape[1]):
        begin = digits[place] and not digits[place - 1] and not letters[place - 1]
        within = letters[place] and not letters[place : place + _FEW_LETTERS].all()
        end = digits[place - 1] and not digits[place] and not within
        if begin or end or (blank[place - 1] >= _MOSTLY and blank[place] <= _OFTEN):
            yield place

"""How the lines of a table are laid out: what parts its fields, which row names its columns, and rows as columns."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Literal

from core.processes.patterns import later
from matcher.readers.interface import Rows
from matcher.readers.tables._records import RULE, has_quoted, split_quoted
from matcher.units.columns import kind_of_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DELIMITERS = (",", "\t", ";", "|", "----", "::", "||", "│", "｜", "，", " / ", "／", "、", "^", ":", "/")
BATCH_ROWS = 20_000
FEWEST_LINES = 3
LONGEST_HEADER = 24
DIGITS_IN_HEADER = 2  # 電話番号2, TEL01
MOSTLY_FILLED = 0.6
HEADER_WITHIN = 8  # rows; titles and notes stand above it
SURE_SHARE = 0.8  # of lines that have the commonest number of fields
MOST_SENTENCES = 0.3  # share of lines that end as sentences do, up to which they may be rows
_ENDS_SENTENCE = later(r"(?:[。！？!?]|\w\.)\s*$")
_WEAK = {":": 0.9, "/": 0.9, "、": 0.9}  # also ordinary characters of prose, times and paths: need a purer table


def batches(
    numbered_records: Iterable[tuple[int, list[str]]], place: Literal["row", "line"] = "row", table: int = 0
) -> Iterator[Rows]:
    """Numbered records of one table in batches; the header, if there is one, goes with every batch."""
    numbered = iter(numbered_records)
    first = list(islice(numbered, BATCH_ROWS))
    at = find_header([cells for _, cells in first])
    header = () if at is None else tuple(first[at][1])
    if at is not None:
        first = first[:at] + first[at + 1 :]
    while first:
        yield as_rows(header, [cells for _, cells in first], [number for number, _ in first], place, table)
        first = list(islice(numbered, BATCH_ROWS))


def best_delimiter(lines: Sequence[str]) -> tuple[str | None, float]:
    """The delimiter that makes a table of the lines, and the share of lines that keep to it; None when none does."""
    best: tuple[float, bool, float, str | None] = (0.0, False, 0.0, None)
    lines = [line for line in lines if not RULE.fullmatch(line)]
    sentences = sum(_ENDS_SENTENCE.search(line) is not None for line in lines)
    if sentences > MOST_SENTENCES * len(lines):
        return None, 0.0
    for delimiter in DELIMITERS if lines else ():
        if sum(delimiter in line for line in lines) < _WEAK.get(delimiter, SURE_SHARE) * len(lines):
            continue
        counts = Counter(count_fields(line, delimiter) for line in lines)
        width, _ = max(counts.items(), key=lambda item: (item[0] > 1) * item[1])
        if width < 2:  # noqa: PLR2004  # one field is no table: they stand within quotes
            continue
        regular = sum(n for fields, n in counts.items() if fields > 1 and abs(fields - width) <= width // 4)
        share = regular / len(lines)
        enough = len(lines) >= FEWEST_LINES or (len(lines) > 1 and is_header(split_quoted(lines[0], delimiter)))
        plain = delimiter not in _WEAK
        if enough and share >= _WEAK.get(delimiter, SURE_SHARE) and (share, plain, width) > best[:3]:
            best = (share, plain, width, delimiter)
    return best[3], best[0]


def count_fields(line: str, delimiter: str) -> int:
    """How many fields a delimiter makes of a line."""
    if not has_quoted(line, delimiter):
        return line.count(delimiter) + 1
    return len(split_quoted(line, delimiter))


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: short words, all different, no value among them, and one at least that we know."""
    words = [word for cell in cells if (word := cell.strip())]
    if not words or len(words) < MOSTLY_FILLED * len(cells) or len(set(words)) < len(words):
        return False
    if max(map(len, words)) > LONGEST_HEADER:
        return False
    if any("@" in word or sum(map(str.isdigit, word)) > DIGITS_IN_HEADER for word in words):
        return False
    return any(kind_of_header(word) is not None for word in words)


def find_header(records: Sequence[Sequence[str]]) -> int | None:
    """The number of the row that names the columns: the first one, or below a title that fills no more columns."""
    widest = 0
    for number, cells in enumerate(records[:HEADER_WITHIN]):
        filled = sum(bool(cell.strip()) for cell in cells)
        if filled >= widest and is_header(cells):
            return number
        widest = max(widest, filled)
    return None


def as_rows(
    header: tuple[str, ...],
    batch: Sequence[Sequence[str]],
    places: Sequence[int],
    place: Literal["row", "line"] = "row",
    table: int = 0,
) -> Rows:
    """A batch of records, column by column, filled up to the widest."""
    width = max(map(len, batch))
    if min(map(len, batch)) < width:
        batch = [(*row, *[""] * (width - len(row))) for row in batch]
    return as_table(header, [list(column) for column in zip(*batch, strict=True)], places, place, table)


def as_table(
    header: tuple[str, ...],
    columns: Sequence[list[str]],
    places: Sequence[int],
    place: Literal["row", "line"] = "row",
    table: int = 0,
) -> Rows:
    """Columns of one length, with a name for each if there are any."""
    width = len(columns)
    names = header[:width] + ("",) * max(0, width - len(header)) if header else ()
    return Rows(names, tuple(columns), places, place, table)

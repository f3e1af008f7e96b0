"""What may stay of a document when strangers are blacked out: the rows of ours, in ways of more and more effort.

Each way is a guess that has to be proved: whoever asks looks at what was written and compares it with what was found in
the whole. Lines stay where they stood, so that a match's place is true as before; where a line holds many people, or
nothing is text, the readers give the rows themselves.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from matcher.document import Cuts
from matcher.readers import open_document, read_document, read_plainly
from matcher.readers.interface import Prose, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from matcher.document import Document, Limits
    from matcher.finding import Finding

LINES, EXTRACT = "lines", "extract"
"""How it was made: the lines that stood there with nothing between them, or rows as the readers give them."""
LONGEST_LINE: Final = 20_000
"""Characters of a line that may be one record; a longer one is a whole document without line ends."""
CONTEXT: Final = (2, 6)
"""Lines after a match's own that its record may go on in, up to an empty one."""
LINES_A_RECORD: Final = 2.5
"""From so many lines a person on, a record takes several: else the next line is the next person's."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a document.

    Attributes:
        form: `LINES`, `EXTRACT`, or empty where no way kept every match as sure as it was.
        file: The name of the file that holds it, in UTF-8; empty where nothing of ours stood in the document.
        rows: Rows, records or lines of people that the document held.
        people: Different people in it.
        ours: Customers of ours among them.
        strangers: People who still stand there because their line is one of ours as well.
        gone: The values of a `matcher.document.Gone`.
    """

    form: str = ""
    file: str = ""
    rows: int = 0
    people: int = 0
    ours: int = 0
    strangers: int = 0
    gone: tuple[int, int, float, float] = (0, 0, 0.0, 0.0)


_Wanted = dict[tuple[str, str], set[int]]


def ways_of(document: Document, found: Finding, limits: Limits) -> Iterator[tuple[str, Callable[[TextIO], bool]]]:
    """Ways to write what is left, the closest to the document first; a way answers whether it wrote anything."""
    wanted: _Wanted = defaultdict(set)
    for match in found.matches:
        member = str(match.place.get("member", ""))
        for kind, number in match.place.items():
            if kind != "member":
                wanted[member, kind].add(int(number))
    if all(not member for member, _ in wanted):
        yield LINES, lambda out: _write_lines(document, wanted, limits, out)
    yield EXTRACT, lambda out: _write_extract(document, wanted, limits, out, _CsvRows(out), 0)
    yield EXTRACT, lambda out: _write_extract(document, wanted, limits, out, _JsonRows(out), 0)
    if _lines_in(document, limits) >= LINES_A_RECORD * max(found.units, 1):
        for more in CONTEXT:
            yield EXTRACT, partial(_write_context, document, wanted, limits, more)


def _write_lines(document: Document, wanted: _Wanted, limits: Limits, out: TextIO) -> bool:
    """The lines that match, and the table's header; an empty line for each of the others."""
    cuts = Cuts()
    source = open_document(document, limits, cuts)
    if source.is_binary:
        return False
    numbers = set().union(*wanted.values())
    header = _header(document, limits)
    for number, line in enumerate(source.lines(), 1):
        is_header = bool(header) and _is_header(line, header)
        if is_header:
            header = ()
        if is_header or number in numbers:
            if len(line) > LONGEST_LINE:
                return False
            out.write(line)
        out.write("\n")
    return not cuts.notes


def _write_context(document: Document, wanted: _Wanted, limits: Limits, more: int, out: TextIO) -> bool:
    return _write_extract(document, wanted, limits, out, _CsvRows(out), more)


def _lines_in(document: Document, limits: Limits) -> int:
    passages = (passage for _, passage in read_document(document, limits, Cuts()))
    return sum(one.text.count("\n") + 1 for one in passages if isinstance(one, Prose))


def _header(document: Document, limits: Limits) -> tuple[str, ...]:
    first = next(read_document(document, limits, Cuts()), None)
    passage = first[1] if first else None
    if not isinstance(passage, Rows) or passage.place != "row":
        return ()
    return tuple(name for name in passage.header if name)


def _is_header(line: str, header: tuple[str, ...]) -> bool:
    """Whether a line holds the names of a table's columns and nothing else."""
    for name in sorted(header, key=len, reverse=True):
        if name not in line:
            return False
        line = line.replace(name, "", 1)
    return not any(sign.isalnum() for sign in line)


def _write_extract(
    document: Document, wanted: _Wanted, limits: Limits, out: TextIO, rows: _CsvRows | _JsonRows, more: int
) -> bool:
    """The rows that match as the readers give them, then lines that only the plain text gave."""
    served: set[tuple[str, str]] = set()
    for path, passage in read_document(document, limits, Cuts()):
        member = "/".join(path)
        if isinstance(passage, Prose):
            if _write_prose(passage, wanted.get((member, "line"), set()), more, out):
                served.add((member, "line"))
            continue
        numbers = wanted.get((member, passage.place), set())
        at = [index for index, number in enumerate(passage.places) if number in numbers]
        if at:
            served.add((member, passage.place))
            rows.write(f"{member}#{passage.table}", passage, at)
    unserved: Mapping[tuple[str, str], set[int]] = {key: of for key, of in wanted.items() if key not in served}
    if unserved:
        out.write("\n")
        for path, prose in read_plainly(document, limits, Cuts()):
            _write_prose(prose, unserved.get(("/".join(path), "line"), set()), more, out)
    return True


def _write_prose(passage: Prose, numbers: set[int], more: int, out: TextIO) -> bool:
    lines = passage.text.split("\n")
    first, last = passage.first_line, passage.first_line + len(lines)
    kept: list[int] = []
    for number in sorted(n for n in numbers if first <= n < last):
        for after in range(number, min(number + more + 1, last)):
            if after > number and not lines[after - first].strip():
                break
            if not kept or after > kept[-1]:
                kept.append(after)
    for number in kept:
        out.write(lines[number - first] + "\n" * (2 if number + 1 not in kept and more else 1))
    return bool(kept)


class _CsvRows:
    """Writes rows as comma-separated values, a table after another."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._writer = csv.writer(out, lineterminator="\n")
        self._table = ""

    def write(self, table: str, rows: Rows, at: list[int]) -> None:
        """Some rows of a batch."""
        if table != self._table:
            if self._table:
                self._out.write("\n")
            self._table = table
            if any(rows.header):
                self._writer.writerow(rows.header)
        self._writer.writerows([column[index] for column in rows.columns] for index in at)


class _JsonRows:
    """Writes rows as JSON lines."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, table: str, rows: Rows, at: list[int]) -> None:
        """Some rows of a batch."""
        del table
        names = [name or f"c{n}" for n, name in enumerate(rows.header)] or [f"c{n}" for n in range(len(rows.columns))]
        for index in at:
            cells = {name: column[index] for name, column in zip(names, rows.columns, strict=False) if column[index]}
            self._out.write(json.dumps(cells, ensure_ascii=False) + "\n")

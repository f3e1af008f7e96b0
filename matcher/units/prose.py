"""Free text cut into clusters of candidates, each with the words around it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from core.processes.patterns import later
from fingerprints.identifiers.address import towns_in
from matcher.find.candidates import found_in
from matcher.find.character_classes import PAD, Signs
from matcher.find.names import LATIN_RUN, PAIRED, names_in
from matcher.units.columns import kind_of_header
from matcher.units.units import LABELS, LATEST_BIRTH, MOST_OF_ONE, Text, Units, as_compared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from matcher.readers.interface import Prose

CONTEXT = 160  # characters on either side of a cluster in which its person's name may stand
CONFIRMING = frozenset({"birth_date", "postal_code"})
GAP = 200  # characters without a candidate that end a cluster
SAME_LINE_GAP = 12  # two numbers this close on a line are one person's
_NEWLINE = ord("\n")
_EMPTY_LINE = later(r"\n(?:[ \t\r　]*|[-=_*~─━＝ー#]{3,80}\r?)\n")
_IN_EMPTY_LINES = " \t\r　-=_*~─━＝ー#"
FULL = 0.9  # share of the lines with words in which something was found, where a line is a record
LONGEST_HEADING = 80
LINES_A_RECORD = 30
_NUMBER = later(r"\d+")
RECORDS, FEWEST_RECORDS = 0.6, 3  # share of the paragraphs, or lines, that say two things, and how many do
_MASKS = "*＊●○◯■□×"
_MASKED = later(r"[^\W_](?:\*{2,}|＊{2,}|●{2,}|○{2,}|◯{2,}|■{2,}|□{2,}|×{2,})")
_BOLD = later(r"\*\*[^*\n]{1,200}\*\*")
_WORDS = later("[一-鿿々ぁ-んァ-ヺー]{2,200}")
_NAMING = later(r"[^\W\d_]{2}")  # letters between two numbers: somebody else's name


_Found: TypeAlias = tuple[int, int, str, str]
"""Where something begins and ends, its kind and its canonical form."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    start: int
    end: int
    found: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, some: Sequence[_Found]) -> _Cluster:
        """Of what speaks of one person, in order."""
        return cls(some[0][0], max(end for _, end, _, _ in some), [(kind, canonical) for *_, kind, canonical in some])


@dataclass(slots=True)
class _Run:
    """Things found close to one another."""

    found: list[_Found] = field(default_factory=list)
    end: int = 0
    kinds: set[str] = field(default_factory=set)
    values: set[tuple[str, str]] = field(default_factory=set)

    def take(self, one: _Found) -> None:
        """The next one."""
        _, end, kind, canonical = one
        self.found.append(one)
        self.end = max(self.end, end)
        self.kinds.add(kind)
        self.values.add((kind, canonical))


class ProseUnits(Units):
    """Clusters of candidates in free text, each with the words around it."""

    def __init__(self, prose: Prose, kinds: Mapping[str, IdentifierKind]) -> None:
        self.prose = prose
        text = prose.text
        self._signs = Signs(text)
        found = found_in(self._signs, kinds, newest=LATEST_BIRTH)
        line_ends = (np.flatnonzero(self._signs.codes == _NEWLINE) - PAD) if found else np.zeros(0, np.intp)
        ends, surely = _ends_of_records(self._signs, found, line_ends)
        self._clusters = _cluster(text, found, ends)
        self._ends = ends if surely else []
        starts = np.array([cluster.start for cluster in self._clusters], np.int64)
        places = prose.first_line + np.searchsorted(line_ends, starts)
        super().__init__(kinds, np.zeros(starts.size, np.bool_), places, "line")
        for unit, cluster in enumerate(self._clusters):
            for kind, canonical in cluster.found:
                self._take(unit, kind, canonical)
            self._collect_weak(unit)
            self._collect_names(unit)

    @property
    def hideable(self) -> int:
        """How many lines it has."""
        return int(np.count_nonzero(self._signs.codes == _NEWLINE)) + 1

    def masked(self, asked: NDArray[np.integer]) -> NDArray[np.int64]:
        """Clusters with something masked in their lines, and by numbers beyond theirs the masked lines between them."""
        del asked
        text = self.prose.text
        starts = [cluster.start for cluster in self._clusters]
        found, end, number = set(), -1, 0
        for sign in self._masks():
            if sign <= end:  # its line was looked at
                continue
            at = text.rfind("\n", 0, sign) + 1
            number += text.count("\n", max(end, 0), at)
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if _MASKED.search(_BOLD.sub("", text[at:end])):
                inside = range(bisect_left(starts, at), bisect_left(starts, end + 1))
                found |= set(inside) or {self.count + number}
        return np.array(sorted(found), np.int64)

    def _masks(self) -> Iterator[int]:
        """Where two signs that mask stand behind a letter or a digit, or behind what may make a word bold."""
        text = self.prose.text
        held = [sign for sign in _MASKS if self._signs.holds(sign)]
        masks = [sign for sign in held if 2 * sign in text]  # told quicker than where they are
        pairs = [self._signs.doubled(sign) for sign in masks]
        for at in (np.sort(np.concatenate(pairs)) - PAD).tolist() if pairs else ():
            if at and (text[at - 1].isalnum() or text[at - 1] in _MASKS):
                yield at

    def parted(self) -> NDArray[np.bool_]:
        """Whether it is sure of each cluster that its record is not the one of the cluster before it."""
        records = [self._record(cluster.start)[0] for cluster in self._clusters]
        return np.asarray(np.diff(np.array(records, np.int64), prepend=records[:1]) != 0)

    def words(self, unit: int) -> str:
        """The cluster with the words around it."""
        return self._context(unit)

    def pieces(self) -> Iterator[str]:
        """The whole passage."""
        yield self.prose.text

    def text(self, kind: str, unit: int) -> Text:
        """The words around, never one field alone."""
        return Text(as_compared(self.kinds[kind], self._context(unit)))

    def _context(self, unit: int) -> str:
        """Its own stretch and all that lies between it and its neighbours, at most `CONTEXT` either way.

        Whose what between two clusters is nobody can tell before it is compared, and it agrees with one at most.
        """
        cluster = self._clusters[unit]
        start, end = max(0, cluster.start - CONTEXT), cluster.end + CONTEXT
        if unit:
            start = max(start, self._clusters[unit - 1].end)
        if unit + 1 < self.count:
            end = min(end, self._clusters[unit + 1].start)
        first, last = self._record(cluster.start)
        return self.prose.text[max(start, first) : min(end, last)]

    def _record(self, at: int) -> tuple[int, int]:
        """Where the record begins and ends in which a place lies, if that is sure."""
        number = bisect_right(self._ends, at)
        first = self._ends[number - 1] if number else 0
        return first, self._ends[number] if number < len(self._ends) else len(self.prose.text)

    def _collect_weak(self, unit: int) -> None:
        """What confirms and finds nobody, of the clusters on either side: a record may begin in the middle of one."""
        cluster = self._clusters[unit]
        for other in self._clusters[max(unit - 1, 0) : unit] + self._clusters[unit + 1 : unit + 2]:
            if all(kind not in CONFIRMING for kind, _ in other.found):
                continue
            if self._record(other.start) != self._record(cluster.start):
                continue
            if max(cluster.start - other.end, other.start - cluster.end) <= CONTEXT:
                for kind, canonical in other.found:
                    if kind in CONFIRMING and (kind, canonical) not in cluster.found:
                        self.collected.add(unit, kind, canonical)

    def _collect_names(self, unit: int) -> None:
        """Stretches that may be a name, where a pair with a name could tell more."""
        if "name" in self.kinds and {kind for kind, _ in self._clusters[unit].found} & PAIRED:
            context = self._context(unit)
            for kind, canonical in names_in(context, self.kinds):
                self.collected.add(unit, kind, canonical)
            self._collect_towns(unit, context)

    def _collect_towns(self, unit: int, context: str) -> None:
        """Towns without a house number, beside half of a phone number: a sample with its ends cut off."""
        kinds = {kind for kind, _ in self._clusters[unit].found}
        if "phone.first7" in kinds and "address" in self.kinds and "address" not in kinds:
            for town in towns_in(context):
                self.collected.add(unit, "address", town)


def _ends_of_records(
    signs: Signs, found: Sequence[tuple[int, int, str, str]], line_ends: NDArray[np.intp]
) -> tuple[list[int], bool]:
    """Where one person's text ends and the next one's begins, and whether it is sure that nothing reaches across.

    Headings, blank lines or line ends divide a text if most of what they divide, as far as anything was found in it,
    says two things of somebody. Nothing reaches across headings, nor across line ends where hardly a line is empty of
    anybody's data.
    """
    text = signs.text
    if len(found) < FEWEST_RECORDS:
        return [], False
    few = line_ends.size <= LINES_A_RECORD * len(found)  # every record holds something that is found
    if few and (headings := _headings(text, found)) and _divide(text, found, headings):
        return headings, True
    empty = _empty_lines(signs, line_ends)
    if _divide(text, found, empty):
        return empty, False
    ends: list[int] = line_ends.tolist()
    return (ends, _fill_lines(text, found, ends)) if _divide(text, found, ends) else ([], False)


def _empty_lines(signs: Signs, line_ends: NDArray[np.intp]) -> list[int]:
    """The ends of lines that lines of nothing but blanks, or of nothing but a rule, follow."""
    at, following = line_ends[:-1] + PAD, line_ends[1:] + PAD
    empty = following == at + 1
    some = np.flatnonzero(~empty)
    some = some[signs.is_code(at[some] + 1, _IN_EMPTY_LINES)]
    some = some[signs.is_code(following[some] - 1, _IN_EMPTY_LINES)]
    empty[[n for n in some.tolist() if _EMPTY_LINE.match(signs.text, int(line_ends[n]))]] = True
    ends: list[int] = line_ends[:-1][empty].tolist()
    return ends


def _divide(text: str, found: Sequence[tuple[int, int, str, str]], ends: Sequence[int]) -> bool:
    """Whether most of what they divide, as far as anything was found in it, says two things of somebody."""
    within: dict[int, list[tuple[int, int, str]]] = {}
    for start, end, kind, _ in found:
        within.setdefault(bisect_left(ends, start), []).append((start, end, kind.partition(".")[0]))
    bounds = [0, *ends, len(text)]
    wanted, whole = max(FEWEST_RECORDS, RECORDS * len(within)), 0
    for looked_at, (at, some) in enumerate(within.items()):
        if whole >= wanted or whole + len(within) - looked_at < wanted:
            break
        whole += _says_two(text, bounds[at], bounds[at + 1], some)
    return whole >= wanted


def _fill_lines(text: str, found: Sequence[tuple[int, int, str, str]], ends: Sequence[int]) -> bool:
    """Whether something was found in nearly every line that holds words, from the first such line to the last."""
    lines = {bisect_left(ends, start) for start, *_ in found}
    bounds = [0, *ends, len(text)]
    worded = 0
    for n in range(min(lines), max(lines) + 1):
        worded += bool(text[bounds[n] : bounds[n + 1]].strip())
        if len(lines) < FULL * worded:
            return False
    return True


def _headings(text: str, found: Sequence[tuple[int, int, str, str]]) -> list[int]:
    """Where lines begin that count up, the same but for their numbers, with nobody's data in them: 3人目, [user7]."""
    starts = [start for start, *_ in found]
    places: dict[str, list[tuple[int, list[str]]]] = {}
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        free = bisect_left(starts, at) == bisect_left(starts, at + len(line))
        if free and 0 < len(words) <= LONGEST_HEADING and (shape := _NUMBER.sub("0", words)) != words:
            places.setdefault(shape, []).append((at, _NUMBER.findall(words)))
        at += len(line) + 1
    counting = [same for same in places.values() if len(same) >= FEWEST_RECORDS and _counts_up([n for _, n in same])]
    return [at for at, _ in max(counting, key=len, default=[])]


def _counts_up(numbers: Sequence[Sequence[str]]) -> bool:
    """Whether the first of the numbers in each line that is not the same everywhere grows from line to line."""
    varying = next((column for column in zip(*numbers, strict=True) if len(set(column)) > 1), ())
    return bool(varying) and all(int(one) < int(other) for one, other in pairwise(varying))


def _says_two(text: str, start: int, end: int, found: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a stretch holds two kinds of things, or one and words that are no label of it."""
    if len({kind for _, _, kind in found}) > 1:
        return True
    rest = text[start : found[0][0]] + " " + text[found[-1][1] : end]
    words = () if rest.isascii() else _WORDS.findall(LABELS.sub(" ", rest))
    return any(map(_is_no_label, words)) or any(kind_of_header(run.group()) is None for run in LATIN_RUN.finditer(rest))


def _is_no_label(words: str) -> bool:
    """Whether words say more than what a field is called: なまえは does not, なまえはかくういちろう does."""
    label, _, rest = words.partition("は")
    return bool(rest and kind_of_header(label)) or kind_of_header(words) is None


def _cluster(text: str, found: Sequence[_Found], ends: Sequence[int]) -> list[_Cluster]:
    """What may speak of one person, together."""
    runs: list[_Run] = []
    for one in found:
        start, _, kind, canonical = one
        if kind == "birth_date" and int(canonical[:4]) > LATEST_BIRTH:
            continue
        last = runs[-1] if runs else None
        parted = last is not None and bisect_left(ends, last.end) < bisect_left(ends, start)
        if last is None or parted or _begins_new(text, last, start, kind, canonical):
            runs.append(_Run())
        runs[-1].take(one)
    return [_Cluster.of(part) for run in runs for part in _people(run.found)]


def _people(found: Sequence[_Found]) -> Iterator[Sequence[_Found]]:
    """What stands close together, person by person: more values of a kind than one person has are a list."""
    kinds: dict[str, list[int]] = {}
    end: dict[str, int] = {}
    for number, (start, stop, kind, _) in enumerate(found):
        if start >= end.get(kind, 0):  # others overlap with it: the same digits read in another way
            kinds.setdefault(kind, []).append(number)
            end[kind] = stop
    firsts = next((some for some in kinds.values() if len({found[n][3] for n in some}) > MOST_OF_ONE), None)
    if firsts is None:
        yield found
        return
    for begin, stop in pairwise([0, *firsts[1:], len(found)]):
        yield from _people(found[begin:stop])  # of another kind there may still be many


def _begins_new(text: str, last: _Run, start: int, kind: str, canonical: str) -> bool:
    """Whether a candidate speaks of somebody else than what stands before it."""
    between = text[last.end : start] if start > last.end else ""
    if len(between) > GAP:
        return True
    if kind in last.kinds:
        same_line = (
            "\n" not in between and len(between) <= SAME_LINE_GAP and not _NAMING.search(LABELS.sub("", between))
        )
        return not same_line and (kind, canonical) not in last.values
    return False

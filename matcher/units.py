"""Passages cut into units, each of which may speak of one person: rows of tables, clusters in free text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from fingerprints.digests import PAIRS
from fingerprints.text import nfkc
from matcher.columns import Field, type_columns
from matcher.find import Collected, canonical_forms, found_in
from matcher.hot import hot_spans
from matcher.masked import is_masked, readable_part
from matcher.romaji import readings_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fingerprints.identifiers import IdentifierKind
    from matcher.readers.interface import Prose, Rows

CONTEXT = 160  # characters on either side of a cluster in which its person's name may stand
GAP = 200  # characters without a candidate that end a cluster
SAME_LINE_GAP = 12  # two numbers this close on a line are one person's
MOST_NAMES = 200  # stretches of a context tried as a name
MOST_RUNS = 20  # of kana, and of Latin words, likewise
PERSONAL = frozenset({"phone", "email", "customer_number"})
_LATEST_BIRTH = "2021"  # in free text: dates in news and logs are mostly later
_NAME_RUN = re.compile(r"([一-鿿々〆]+)([ァ-ヺー]{0,5})")
_KANA_RUN = re.compile(r"[ァ-ヺーｦ-ﾟ]{2,12}(?:[ 　・][ァ-ヺーｦ-ﾟ]{2,12})?")
_LATIN_RUN = re.compile(r"[A-Za-z]{2,20}(?:[ ,　]{1,2}[A-Za-z]{2,20}){1,3}")
_LABELS = re.compile(
    r"tel|fax|phone|mobile|home|mail|携帯|自宅|電話|会社|勤務先|番号|メール|アドレス|または|及び", re.IGNORECASE
)
_NAMING = re.compile(r"[^\W\d_]{2}")  # letters between two numbers: somebody else's name
_LONGEST_NAME, _LONGEST_FAMILY, _LONGEST_GIVEN = 6, 3, 4
_STOPS = str.maketrans(
    dict.fromkeys("、。，．「」『』（）()【】！？!?:：;；/／|\n\r\t>＞<＜=＝*", ".")
)  # what no name goes across


@dataclass(frozen=True, slots=True)
class Text:
    """What a sketch is compared with.

    Attributes:
        text: As the kind compares it.
        alone: It is a field of that kind and nothing else, so that disagreeing means something.
        cut: Only the beginning of the field is there: the rest is masked, or an address ends at its town.
    """

    text: str
    alone: bool = False
    cut: bool = False


def as_compared(kind: IdentifierKind, passage: str) -> str:
    """A passage as sketches of the kind are compared with it; names in Latin letters in more than one way."""
    if kind.name == "kana":
        passage += " " + readings_in(passage)
    elif kind.name == "name":
        latin = (kind.canonical(run.group()) for run in _LATIN_RUN.finditer(passage))
        # Latin names are kept with their words in an order of their own.
        return " ".join([kind.comparable(passage), *filter(None, latin)])
    return kind.comparable(passage)


class Units(ABC):
    """The units of one passage.

    Attributes:
        collected: Their candidates.
        people: Numbers of the units that look like a person, ours or not.
        count: How many there are.
    """

    def __init__(self, kinds: Mapping[str, IdentifierKind]) -> None:
        self.kinds = kinds
        self.collected = Collected()
        self.people: set[int] = set()
        self.count = 0

    def is_posted(self, term: str) -> bool:
        """Whether the index answers who carries a term's digest."""
        return term in self.kinds and self.kinds[term].posted

    def has_field(self, kind: str) -> bool:
        """Whether the kind has a place of its own in each unit, so that another value there means disagreement."""
        del kind
        return False

    @abstractmethod
    def place(self, unit: int) -> dict[str, int | str]:
        """Where a unit stands."""

    @abstractmethod
    def text(self, kind: str, unit: int) -> Text:
        """Text to compare with a sketch of the kind."""


class RowUnits(Units):
    """Every row of a batch of a table."""

    def __init__(self, rows: Rows, kinds: Mapping[str, IdentifierKind], fields: Sequence[Field] | None = None) -> None:
        super().__init__(kinds)
        self.rows = rows
        self.count = len(rows.places)
        self.fields = tuple(type_columns(rows, kinds) if fields is None else fields)
        self._cells = {f: self._joined(f.columns) for f in self.fields}
        self._by_kind: dict[str, list[Field]] = {}
        for known in self.fields:
            self._by_kind.setdefault(known.kind, []).append(known)
            self._collect(known)
        self._collect_rest()

    def place(self, unit: int) -> dict[str, int | str]:
        """Its row or line."""
        return {self.rows.place: self.rows.places[unit]}

    def text(self, kind: str, unit: int) -> Text:
        """The cell of that kind; the whole row when no column is of that kind or the cell is empty."""
        cells = [self._cells[f][unit] for f in self._by_kind.get(kind, ())]
        cell = next((c for c in cells if c.strip()), "")
        if cell:
            part = readable_part(cell)
            text = self.kinds[kind].comparable(cell if part is None else part)
            ends_at_town = kind == "address" and not any(c.isdecimal() for c in text)
            return Text(text, alone=True, cut=part is not None or ends_at_town)
        return Text(as_compared(self.kinds[kind], self._row(unit)))

    def has_field(self, kind: str) -> bool:
        """Whether a column holds it."""
        return kind in self._by_kind

    def _row(self, unit: int) -> str:
        return " ".join(column[unit] for column in self.rows.columns if column[unit])

    def _joined(self, columns: Sequence[int]) -> list[str]:
        if len(columns) == 1:
            return self.rows.columns[columns[0]]
        return [" ".join(filter(None, cells)) for cells in zip(*(self.rows.columns[c] for c in columns), strict=True)]

    def _collect(self, known: Field) -> None:
        add = self.collected.add
        if known.kind not in self.kinds:
            for unit, cell in enumerate(self._cells[known]):
                if is_masked(known.kind, cell):
                    add(unit, known.kind, nfkc(cell.strip()))
            return
        kind = self.kinds[known.kind]
        personal = known.kind in PERSONAL or known.kind in {"name", "kana"}
        for unit, forms in enumerate(canonical_forms(kind, self._cells[known])):
            for form in forms:
                add(unit, known.kind, form)
            if not forms and known.kind == "kana":  # customers without kana have their name there
                for form in self.kinds["name"].readings(self._cells[known][unit]):
                    add(unit, "name", form)
            if forms and personal:
                self.people.add(unit)

    def _collect_rest(self) -> None:
        """Cells of no kind, and cells that do not fit their column's kind: as free text, row by row."""
        typed = {column for f in self.fields for column in f.columns}
        loose = [column for number, column in enumerate(self.rows.columns) if number not in typed]
        misfits = [
            [
                cell if cell and not forms else ""
                for cell, forms in zip(cells, canonical_forms(self.kinds[f.kind], cells), strict=True)
            ]
            for f, cells in self._cells.items()
            if f.kind in self.kinds and self.kinds[f.kind].posted
        ]
        lines = [" | ".join(filter(None, cells)).replace("\n", " ") for cells in zip(*loose, *misfits, strict=True)]
        if not any(lines):
            return
        text = "\n".join(lines)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        for start, _, kind, canonical in found_in(text, hot_spans(text), self.kinds):
            unit = bisect_right(starts, start) - 1
            self.collected.add(unit, kind, canonical)
            if kind.partition(".")[0] in PERSONAL:
                self.people.add(unit)


@dataclass(slots=True)
class _Cluster:
    start: int
    end: int
    found: list[tuple[str, str]] = field(default_factory=list)


class ProseUnits(Units):
    """Clusters of candidates in free text, each with the words around it."""

    def __init__(self, prose: Prose, kinds: Mapping[str, IdentifierKind], number_digits: int = 0) -> None:
        super().__init__(kinds)
        self.prose = prose
        text = prose.text
        self._clusters = _cluster(text, found_in(text, hot_spans(text, number_digits), kinds))
        self.count = len(self._clusters)
        for unit, cluster in enumerate(self._clusters):
            for kind, canonical in cluster.found:
                self.collected.add(unit, kind, canonical)
            if any(kind.partition(".")[0] in PERSONAL for kind, _ in cluster.found):
                self.people.add(unit)
            self._collect_names(unit)

    def place(self, unit: int) -> dict[str, int | str]:
        """The line its cluster begins on."""
        return {"line": self.prose.first_line + self.prose.text.count("\n", 0, self._clusters[unit].start)}

    def text(self, kind: str, unit: int) -> Text:
        """The words around, never one field alone."""
        return Text(as_compared(self.kinds[kind], self._context(unit)))

    def _context(self, unit: int) -> str:
        """From the end of the cluster before to the start of the next one, at most `CONTEXT` beyond its own ends."""
        cluster = self._clusters[unit]
        start, end = cluster.start - CONTEXT, cluster.end + CONTEXT
        if unit:
            start = max(start, self._clusters[unit - 1].end)
        if unit + 1 < self.count:
            end = min(end, self._clusters[unit + 1].start)
        return self.prose.text[max(0, start) : end]

    def _collect_names(self, unit: int) -> None:
        """Stretches that may be a name, where a pair with a name could tell more."""
        if "name" in self.kinds and {kind for kind, _ in self._clusters[unit].found} & _PAIRED:
            context = self._context(unit)
            for stretch in islice(
                dict.fromkeys(_name_stretches(self.kinds["name"].comparable(context.translate(_STOPS)))), MOST_NAMES
            ):
                self.collected.add(unit, "name", stretch)
            for kind, pattern in (("kana", _KANA_RUN), ("name", _LATIN_RUN)):
                for run in islice(pattern.finditer(context), MOST_RUNS):
                    for canonical in self.kinds[kind].readings(run.group()) if kind in self.kinds else ():
                        self.collected.add(unit, kind, canonical)


_PAIRED = frozenset(
    name for pair in PAIRS for term in (pair.left, pair.right) for name in (term.name, term.kind) if name != "phone"
)


def _name_stretches(text: str) -> Iterator[str]:
    """Whatever could be a name in a text as names are compared: kanji, or a few kanji and then kana."""
    for run in _NAME_RUN.finditer(text):
        kanji, kana = run.groups()
        if kana:
            for family in range(1, min(len(kanji), _LONGEST_FAMILY) + 1):
                for given in range(2, min(len(kana), _LONGEST_GIVEN) + 1):
                    yield kanji[-family:] + kana[:given]
        for size in range(min(len(kanji), _LONGEST_NAME), 1, -1):
            for start in range(len(kanji) - size + 1):
                yield kanji[start : start + size]


def _cluster(text: str, found: Sequence[tuple[int, int, str, str]]) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    for start, end, kind, canonical in found:
        if kind == "birth_date" and canonical[:4] > _LATEST_BIRTH:
            continue
        last = clusters[-1] if clusters else None
        if last is None or _begins_new(text, last, start, kind, canonical):
            clusters.append(_Cluster(start, end, [(kind, canonical)]))
        else:
            last.end = max(last.end, end)
            last.found.append((kind, canonical))
    return clusters


def _begins_new(text: str, last: _Cluster, start: int, kind: str, canonical: str) -> bool:
    """Whether a candidate speaks of somebody else than the cluster before it."""
    between = text[last.end : start] if start > last.end else ""
    if len(between) > GAP:
        return True
    if any(k == kind for k, _ in last.found):
        same_line = (
            "\n" not in between and len(between) <= SAME_LINE_GAP and not _NAMING.search(_LABELS.sub("", between))
        )
        return not same_line and (kind, canonical) not in last.found
    blank_line = "\n\n" in between or "\n\r\n" in between
    return blank_line and len({k for k, _ in last.found}) > 1 and kind in {k for k, _ in last.found}

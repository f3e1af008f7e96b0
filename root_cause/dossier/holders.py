"""Who a handle of a ranking means, and which records are theirs; and the leaked customers as records have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.index.sorted_search import distinct
from incidents import queries
from root_cause.evidence import number_digests
from trails.explore.conditions import ANYTHING, Either, InSessions, NamedIn, OfLine, OfSubjects, both
from trails.explore.gathered import gather, shown_something, touches
from trails.explore.handles import is_handle
from trails.explore.rows import read_rows_at
from trails.store.runs import RUN_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from fingerprints.index.generation import Index
    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer
    from trails.explore.handles import Handles

SESSION, EXPORT = "session", "export"
KINDS: Final = (*RUN_KINDS, SESSION, EXPORT)
MOST_READ: Final = 200_000
"""Touches of leaked customers whose sessions or lines are read to find the one that a handle means."""


@dataclass(frozen=True, slots=True, eq=False)
class LeakedSet:
    """The customers of an incident: their digests as the index has them, and as records have them, former keys too."""

    current: NDArray[np.uint64]
    asked: NDArray[np.uint64]
    index: Index

    @property
    def condition(self) -> OfSubjects:
        """Records about one of them."""
        return OfSubjects(self.asked)

    def inside(self, extract: str) -> NDArray[np.uint64]:
        """Those that an extract holds, as the index has them."""
        _, digests = number_digests(self.index, self.index.members(extract))
        return np.intersect1d(self.current, digests)

    def led_on(self, digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Digests of records as the index has them now."""
        return self.index.current_digests(digests) if self.index.former.size else digests


@dataclass(frozen=True, slots=True)
class TrailHolder:
    """One holder: what kind, who, and the condition that its records fit."""

    kind: str
    name: str
    handle: str
    condition: Condition


def leaked_of(session: Session, incident_id: int, index: Index) -> LeakedSet:
    """The customers of an incident.

    Raises:
        NoIncidentError: There is no such incident.
    """
    _, digests = number_digests(index, queries.members(session, incident_id))
    current = distinct(digests)
    return LeakedSet(current, np.union1d(current, index.former_digests(current)), index)


def find_candidate(
    explorer: Explorer, handles: Handles, kind: str, handle: str, leaked: LeakedSet
) -> TrailHolder | None:
    """The holder of a kind that a handle means; None if there is none.

    A session or a single export is looked for among the records of the leaked customers alone.
    """
    if kind not in KINDS or not is_handle(handle):
        return None
    if kind in RUN_KINDS:
        names = handles.find(kind, handle, explorer.names(kind).values())
        return TrailHolder(kind, names[0], handle, NamedIn(kind, frozenset(names))) if names else None
    hits = touches_of_leaked(explorer, leaked, (), ANYTHING).records
    column = "session" if kind == SESSION else "line"
    found = read_rows_at(explorer, _by_part(hits.head(MOST_READ)), [column])
    each = found[column].drop_nulls().unique().to_list()
    texts = {(one if isinstance(one, str) else f"{one:016x}"): one for one in each}
    names = handles.find(kind, handle, texts)
    if not names:
        return None
    if kind == SESSION:
        return TrailHolder(kind, names[0], handle, InSessions(frozenset(names)))
    # All records of one line stand in one file, at one time, under the same holders.
    first = found.filter(found["line"] == texts[names[0]]).row(0, named=True)
    return TrailHolder(kind, names[0], handle, OfLine(first["part"], texts[names[0]]))


@dataclass(frozen=True, slots=True, eq=False)
class LeakedTouches:
    """Touches of leaked customers: never written out customer by customer where a record names a whole extract.

    Attributes:
        single: Records about one leaked customer each (``part``, ``row``, ``second``, the fields, ``subject``).
        whole: Records that name an extract (``extract_named``) and no customer.
        inside: The leaked customers that each of these extracts holds, sorted.
    """

    single: pl.DataFrame
    whole: pl.DataFrame
    inside: Mapping[str, NDArray[np.uint64]]

    @property
    def records(self) -> pl.DataFrame:
        """Each record once, without whom it is about, oldest first."""
        import polars as pl

        places = [name for name in self.single.columns if name != "subject"]
        return pl.concat([self.single.select(places), self.whole.select(places)]).sort("second", "part", "row")

    def within(self, first: int, until: int) -> LeakedTouches:
        """Those from a second on and before another."""
        import polars as pl

        span = (pl.col("second") >= first) & (pl.col("second") < until)
        return LeakedTouches(self.single.filter(span), self.whole.filter(span), self.inside)

    def subjects(self) -> NDArray[np.uint64]:
        """Whom they touch."""
        return self._union(self.single, self.whole)

    def covered_by(self, kind: str) -> dict[str, int]:
        """How many of the leaked customers each holder of a kind touched; ``kind`` is one of the fields."""
        import polars as pl

        name = pl.col(kind).cast(pl.String)
        single, whole = (one.drop_nulls(kind).with_columns(name) for one in (self.single, self.whole))
        counted = single.group_by(kind).agg(pl.col("subject").n_unique())
        found: dict[str, int] = dict(counted.iter_rows())
        for own in whole.unique([kind, "extract_named"]).partition_by(kind):
            who = own[kind][0]
            found[who] = len(self._union(single.filter(pl.col(kind) == who), own))
        return found

    def first_and_last(self) -> pl.DataFrame:
        """Of each customer ``subject``, ``first``, ``last``, ``touches``, and whether only by ``whole`` extracts."""
        import polars as pl

        told = (pl.col("second").min().alias("first"), pl.col("second").max().alias("last"), pl.len().alias("touches"))
        parts = [self.single.group_by("subject").agg(*told, whole=pl.lit(value=False))]
        for one in self.whole.group_by("extract_named").agg(*told).iter_rows(named=True):
            members = self.inside[one["extract_named"]]
            parts.append(
                pl.DataFrame({"subject": members}).with_columns(
                    pl.lit(one["first"], pl.UInt32).alias("first"), pl.lit(one["last"], pl.UInt32).alias("last"),
                    pl.lit(one["touches"], pl.get_index_type()).alias("touches"), whole=pl.lit(value=True),
                )
            )  # fmt: skip
        return pl.concat(parts).group_by("subject").agg(
            pl.col("first").min(), pl.col("last").max(), pl.col("touches").sum(), pl.col("whole").all()
        )  # fmt: skip

    def _union(self, single: pl.DataFrame, whole: pl.DataFrame) -> NDArray[np.uint64]:
        named = whole["extract_named"].unique().to_list()
        return distinct(np.concatenate([single["subject"].to_numpy(), *(self.inside[name] for name in named)]))


def touches_of_leaked(
    explorer: Explorer, leaked: LeakedSet, fields: Sequence[str], condition: Condition
) -> LeakedTouches:
    """Records that touch leaked customers and showed something (`trails.explore.gathered.touches`).

    A record that names a whole extract and no customer is, as in the ranking, a touch of each of them that the extract
    holds.
    """
    import polars as pl

    shown = both(condition, shown_something(explorer))
    found = touches(explorer, leaked.asked, fields, shown)
    found = found.with_columns(subject=pl.Series(leaked.led_on(found["subject"].to_numpy()), dtype=pl.UInt64))
    named = _of_extracts(explorer, fields, shown)
    each = {name: leaked.inside(name) for name in named["extract_named"].unique().to_list()}
    inside = {name: members for name, members in each.items() if len(members)}
    return LeakedTouches(found, named.filter(pl.col("extract_named").is_in(list(inside))), inside)


def _of_extracts(explorer: Explorer, fields: Sequence[str], shown: Condition) -> pl.DataFrame:
    """Records that name an extract and no customer, with its name as ``extract_named``."""
    import polars as pl

    names = frozenset(explorer.names("extract").values())
    asked = tuple(dict.fromkeys((*fields, "extract")))
    found = gather(explorer, both(NamedIn("extract", names), shown) if names else Either(()), asked)
    if found.is_empty():
        return found.with_columns(extract_named=pl.lit(""))
    about = read_rows_at(explorer, _by_part(found), ["subject"]).select("part", "row", "subject")
    nobody = about.filter(pl.col("subject") == 0).select("part", "row")
    return found.join(nobody, on=["part", "row"], how="semi").with_columns(
        extract_named=pl.col("extract").cast(pl.String)
    )


def _by_part(places: pl.DataFrame) -> dict[int, NDArray[np.int64]]:
    rows: dict[int, list[int]] = {}
    for part, row in places.select("part", "row").iter_rows():
        rows.setdefault(part, []).append(row)
    return {part: distinct(np.array(some, np.int64)) for part, some in rows.items()}

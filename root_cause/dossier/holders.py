"""Who a handle of a ranking means, and which records are theirs; and the leaked customers as records have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents import queries
from root_cause.evidence import number_digests
from trails.explore.conditions import ANYTHING, Either, InSessions, NamedIn, OfLine, OfSubjects, both
from trails.explore.gathered import gather, shown_something, touches
from trails.explore.handles import is_handle
from trails.explore.rows import read_rows_at
from trails.store.runs import RUN_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    current = np.unique(digests)
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
    hits = touches_of_leaked(explorer, leaked, (), ANYTHING).unique(["part", "row"], maintain_order=True)
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


def touches_of_leaked(
    explorer: Explorer, leaked: LeakedSet, fields: Sequence[str], condition: Condition
) -> pl.DataFrame:
    """Records that touch leaked customers and showed something (`trails.explore.gathered.touches`).

    A record that names a whole extract and no customer is, as in the ranking, a touch of each of them that the extract
    holds: ``whole`` says so.
    """
    import polars as pl

    shown = both(condition, shown_something(explorer))
    found = touches(explorer, leaked.asked, fields, shown)
    found = found.with_columns(
        subject=pl.Series(leaked.led_on(found["subject"].to_numpy()), dtype=pl.UInt64), whole=pl.lit(value=False)
    )
    named = _of_extracts(explorer, fields, shown)
    if named.is_empty():
        return found
    members = [
        pl.DataFrame({"extract_named": [name] * len(of), "subject": pl.Series(of, dtype=pl.UInt64)})
        for name in named["extract_named"].unique().to_list()
        if len(of := leaked.inside(name))
    ]
    if not members:
        return found
    opened = named.join(pl.concat(members), on="extract_named", how="inner").with_columns(whole=pl.lit(value=True))
    return pl.concat([found, opened.select(found.columns)])


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
    return {part: np.unique(np.array(some, np.int64)) for part, some in rows.items()}

"""Evidence for a root cause: an incident's customers as digests, and what each likely holder touched.

Only holders that could score at all are read in full (`best_possible`): a trail has millions of sessions, and a few
touch enough of the leak. Customer numbers are never unsealed for it: the index's own digests lead from subjects to
trails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from fingerprints.digests import code_of, codes
from incidents import queries
from incidents.root_cause import ACTION_ODDS, Background, Leak, Touches, best_possible
from trails.access import (
    EXPORT,
    TAKING_OUT,
    count_exports,
    count_holders,
    export_name,
    open_trails,
    touches_by,
    touches_of,
)
from trails.fields import HOLDER_KINDS
from trails.gaps import read_gaps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyroaring import BitMap
    from sqlalchemy.orm import Session

    from fingerprints.index import Index
    from trails.access import Trails
    from trails.gaps import Gap

ZONE: Final = "Asia/Tokyo"
PER_KIND: Final = 60
"""Holders of a kind that are looked at closely, those that cover most; what is left out is said."""
HOPELESS: Final = -12.0
SLICE: Final = 1 << 24
NUMBER_KIND: Final = "customer_number"


@dataclass(frozen=True)
class Evidence:
    """Everything `rank_holders` asks for, and what has to be said beside its answer."""

    leak: Leak
    touches: tuple[Touches, ...]
    among: dict[str, int]
    backgrounds: tuple[Background, ...]
    members: BitMap
    unnumbered: int
    """Leaked customers without a customer number in the index: no trail can show them."""
    gaps: tuple[Gap, ...] = ()
    limits: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    later: int = 0
    """Touches of leaked customers after the first sighting, which can explain nothing."""
    inputs: dict[str, str] = field(default_factory=dict)


def gather(session: Session, incident_id: int, *, index: Index, trails_dir: Path, zone: str = ZONE) -> Evidence:
    """Read an incident, the index and the trails.

    Raises:
        NoIncidentError: There is no such incident.
    """
    line = queries.incident_line(session, incident_id, language="en")
    members = _members(session, incident_id)
    sighted_at = first_sighting(session, incident_id, line.first_seen_at)
    subjects, digests = number_digests(index, members)
    sure = _confidence(session, incident_id, subjects)
    order = np.argsort(digests)
    page = queries.incident(session, incident_id, language="en")
    leak = Leak(digests[order], sure[order], max(index.subjects, 1), _day(sighted_at, zone), _dated(page.dated))
    trails = open_trails(session, trails_dir, zone=zone, until=sighted_at)
    touches, among, limits = read_touches(trails, leak, index)
    gaps = [gap for gap in read_gaps(session) if gap.kind == "sequence" or gap.first <= sighted_at.date().isoformat()]
    return Evidence(
        leak, tuple(touches), among, tuple(_backgrounds(index, members, leak)), members, len(members) -
        len(set(subjects.tolist())), tuple(gaps), tuple(limits), trails.systems,
    )  # fmt: skip


def first_sighting(session: Session, incident_id: int, known: datetime) -> datetime:
    """The earliest moment at which the leak was out: when it was posted, if the page says so, else when we saw it."""
    posted = [view.posted_at or view.fetched_at for view in queries.documents(session, incident_id)]
    return min([known, *posted])


def number_digests(index: Index, members: BitMap) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Subjects and the digests of their customer numbers, as trails have them; no number is unsealed for it."""
    wanted = np.zeros(index.subjects, bool)
    wanted[np.fromiter((m for m in members if m < index.subjects), np.int64)] = True
    code = codes()[NUMBER_KIND]
    subjects, digests = [np.empty(0, np.uint32)], [np.empty(0, np.uint64)]
    for start in range(0, len(index.digests), SLICE):
        part = np.asarray(index.digests[start : start + SLICE])
        at = np.flatnonzero(code_of(part) == code)
        who = np.asarray(index.holders[start : start + SLICE])[at]
        hit = wanted[who]
        subjects.append(who[hit])
        digests.append(part[at[hit]])
    return np.concatenate(subjects), np.concatenate(digests)


def read_touches(trails: Trails, leak: Leak, index: Index) -> tuple[list[Touches], dict[str, int], list[str]]:
    """What every likely holder touched, how many holders there are, and what was left out."""
    hits = touches_of(trails, leak.subjects)
    hits = _with_extracts(hits, index)
    sure = pl.DataFrame(
        {"subject": leak.subjects, "sure": leak.confidence}, schema={"subject": pl.UInt64, "sure": pl.Float64}
    )
    hits = hits.join(sure, on="subject", how="inner")
    among = {**count_holders(trails), EXPORT: max(1, count_exports(trails))}
    touches: list[Touches] = []
    limits: list[str] = []
    for kind in (*HOLDER_KINDS, EXPORT):
        names, left_out = _likely(hits, kind, leak, among[kind])
        if left_out:
            limits.append(f"{kind}: {left_out} holders with the fewest leaked customers were not looked at closely")
        if names:
            touches += _as_touches(kind, _with_extracts(touches_by(trails, kind, names), index))
    return touches, among, limits


def _likely(hits: pl.DataFrame, kind: str, leak: Leak, among: int) -> tuple[list[str], int]:
    """The holders of a kind that could score, those that cover most first, and how many such are left out."""
    if kind == EXPORT:
        hits = hits.filter(pl.col("action").cast(pl.String).is_in(TAKING_OUT)).with_columns(export_name().alias(EXPORT))
    named = (
        hits.filter(pl.col(kind).is_not_null())
        .select(pl.col(kind).cast(pl.String).alias("name"), "subject", "sure")
        .unique()
    )
    covered = named.group_by("name").agg(pl.col("sure").sum(), pl.len()).sort("sure", "name", descending=[True, False])
    if kind == EXPORT:
        covered = covered.filter(pl.col("len") > 1)
    hopeful = [
        name
        for name, mass, _ in covered.iter_rows()
        if best_possible(mass, leak.mass, leak.population, among) > HOPELESS
    ]
    return hopeful[:PER_KIND] or covered["name"].to_list()[:PER_KIND], max(0, len(hopeful) - PER_KIND)


def _as_touches(kind: str, rows: pl.DataFrame) -> list[Touches]:
    odds = rows["action"].cast(pl.String).replace_strict(ACTION_ODDS, default=1.0, return_dtype=pl.Float64)
    rows = rows.with_columns(odds.alias("odds")).filter(pl.col("subject") != 0)
    return [
        Touches(
            kind, str(name), part["subject"].to_numpy(), part["day"].to_numpy(), part["odds"].to_numpy(),
            tuple(part["system"].unique().sort().to_list()),
        )
        for (name,), part in rows.partition_by("name", as_dict=True, maintain_order=True).items()
    ]  # fmt: skip


def _with_extracts(rows: pl.DataFrame, index: Index) -> pl.DataFrame:
    """Records that name a whole extract, as touches of each of its customers."""
    named = rows.filter(pl.col("extract").is_not_null())
    if named.is_empty():
        return rows
    sets = [
        pl.DataFrame({"extract": name, "of_extract": number_digests(index, index.members(name))[1]})
        for name in named["extract"].cast(pl.String).unique().to_list()
    ]
    opened = named.with_columns(pl.col("extract").cast(pl.String)).join(pl.concat(sets), on="extract", how="inner")
    opened = (
        opened.with_columns(subject=pl.col("of_extract"))
        .drop("of_extract")
        .with_columns(pl.col("extract").cast(pl.Categorical))
    )
    return pl.concat([rows.filter(pl.col("subject") != 0), opened.select(rows.columns)])


def _members(session: Session, incident_id: int) -> BitMap:
    return queries.members(session, incident_id)


def _confidence(session: Session, incident_id: int, subjects: NDArray[np.uint32]) -> NDArray[np.float64]:
    """How sure each match is; those whose match was not kept count as the incident does."""
    kept: dict[int, float] = {}
    offset = 0
    while page := queries.matches(session, incident_id, offset=offset, limit=10_000):
        for match in page:
            kept[match.subject] = max(kept.get(match.subject, 0.0), match.confidence)
        offset += len(page)
    otherwise = queries.incident_line(session, incident_id, language="en").confidence
    return np.array([kept.get(subject, otherwise) for subject in subjects.tolist()], np.float64)


def _backgrounds(index: Index, members: BitMap, leak: Leak) -> list[Background]:
    """Every extract as a set that may have leaked as a whole, without anybody's touch."""
    share = leak.mass / max(len(members), 1)
    return [
        Background(info.name, len(of), len(of & members) * share)
        for info in index.extracts
        if len(of := index.members(info.name))
    ]


def _dated(dated: Sequence[object]) -> tuple[int | None, int | None]:
    first, last = (_day_of(one) for one in dated)
    return first, last


def _day_of(one: object) -> int | None:
    return (one - datetime(1970, 1, 1).date()).days if one is not None else None  # type: ignore[operator]  # noqa: DTZ001


def _day(moment: datetime, zone: str) -> int:
    local = moment.astimezone(ZoneInfo(zone))
    return (local.date() - datetime(1970, 1, 1, tzinfo=UTC).date()) // timedelta(days=1)

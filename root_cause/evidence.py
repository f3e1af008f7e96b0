"""Evidence for a root cause: an incident's customers as digests, and what each likely holder touched.

Customer numbers are never unsealed for it: the index's own digests lead from subjects to trails.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
from pyroaring import BitMap

from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.sorted_search import distinct
from incidents import queries
from root_cause.candidates import read_touches
from root_cause.comparable import Comparable, foreign_systems, share_of_days_missing
from root_cause.ranking import Background, Leak, Touches
from trails.gaps import read_gaps
from trails.store.access import open_trails, spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from fingerprints.index.generation import Index
    from incidents.views import IncidentPage
    from trails.gaps import Gap
    from trails.store.access import Trails

PAGE: Final = 10_000


@dataclass(frozen=True)
class Evidence:
    """Everything `rank_holders` asks for, and what has to be said beside its answer."""

    leak: Leak
    touches: tuple[Touches, ...]
    among: dict[str, int]
    backgrounds: tuple[Background, ...]
    comparable: Comparable
    """What of the leak could be looked for at all."""
    gaps: tuple[Gap, ...] = ()
    limits: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)


def gather(session: Session, incident_id: int, *, index: Index, trails_dir: Path, zone: str) -> Evidence:
    """Read an incident, the index and the trails.

    Raises:
        NoIncidentError: There is no such incident.
    """
    page = queries.incident(session, incident_id, language="en")
    members = queries.members(session, incident_id)
    sighted_at = first_sighting(page)
    subjects, digests = number_digests(index, members)
    sure = _confidence(session, page, subjects)
    order = np.argsort(digests)
    planted = BitMap.union(BitMap(), *index.canaries.values())
    canaries = tuple(digests[np.isin(subjects, np.array(planted & members, np.uint32))].tolist())
    leak = Leak(
        digests[order], sure[order], max(index.population, 1), _day(sighted_at, zone), _dated(page.dated),
        canaries=canaries,
    )  # fmt: skip
    trails = open_trails(session, trails_dir, zone=zone, until=sighted_at)
    found = read_touches(trails, leak, lambda name: number_digests(index, index.members(name))[1], index)
    seen_on = sighted_at.astimezone(ZoneInfo(zone)).date()
    gaps = tuple(gap for gap in read_gaps(session) if gap.kind == "sequence" or gap.first <= seen_on.isoformat())
    return Evidence(
        leak=found.leak,
        touches=found.touches,
        among=found.among,
        backgrounds=tuple(_backgrounds(index, members, leak)),
        comparable=Comparable(
            len(members),
            len(members) - len(distinct(subjects)),
            trails.systems,
            foreign_systems(trails, index) if index.has_numbers else (),
            share_of_days_missing(gaps, spans_of(session, zone), (page.dated[0], page.dated[1] or seen_on)),
        ),
        gaps=gaps,
        limits=found.limits,
        systems=trails.systems,
        inputs=_inputs(trails, members, sighted_at),
    )


def first_sighting(page: IncidentPage) -> datetime:
    """The earliest moment at which the leak was out: when it was posted, if the page says so, else when we saw it."""
    return min([page.line.first_seen_at, *(view.posted_at or view.fetched_at for view in page.documents)])


def number_digests(index: Index, members: BitMap) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Subjects and the digests of their customer numbers, as trails have them; no number is unsealed for it."""
    return index.carried(NUMBER_KIND, members)


def _confidence(session: Session, page: IncidentPage, subjects: NDArray[np.uint32]) -> NDArray[np.float64]:
    """How sure each match is; those whose match was not kept count as the incident does."""
    kept: dict[int, float] = {}
    offset = 0
    while matches := queries.matches(session, page.line.id, offset=offset, limit=PAGE):
        for match in matches:
            kept[match.subject] = max(kept.get(match.subject, 0.0), match.confidence)
        offset += len(matches)
    return np.array([kept.get(subject, page.line.confidence) for subject in subjects.tolist()], np.float64)


def _inputs(trails: Trails, members: BitMap, sighted_at: datetime) -> dict[str, str]:
    """What the answer was made from, so that somebody else can tell whether he looks at the same."""
    files = hashlib.sha256("".join(f"{name}\n" for name in sorted(trails.hashes)).encode())
    return {
        "subjects_sha256": hashlib.sha256(members.serialize()).hexdigest(),
        "trails_sha256": files.hexdigest(),
        "sighted_at": sighted_at.isoformat(),
        "zone": trails.zone,
    }


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

"""What the queries hand out: plain values, ready to be shown, in one language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident as one line of a list.

    ``fields`` counts people per identifier kind; ``severity`` is low, medium, high or critical (`incidents.severity`).
    """

    id: int
    state: str
    severity: str
    title: str
    opened_at: datetime
    updated_at: datetime
    first_seen_at: datetime
    subjects: int
    people: int
    documents: int
    sightings: int
    confidence: float
    fields: dict[str, int]
    sources: tuple[str, ...]
    assignee: str
    dismiss_reason: str
    csirt_confirmed_at: datetime | None
    owner_confirmed_at: datetime | None
    csirt_confirmed_by: str
    owner_confirmed_by: str
    merged_into: int | None
    severity_set: str = ""
    playbook: str = ""
    come_back_on: date | None = None
    come_back_why: str = ""
    handed_by: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One place where the leak was seen, with what was found in the content that stood there.

    ``is_repost`` is true for every place but the first of one content. ``document_id`` is None after retention.
    """

    capture_id: int
    document_id: int | None
    finding_id: int
    sha256: str
    source: str
    address: str
    title: str
    author: str
    posted_at: datetime | None
    posted_as_written: str
    fetched_at: datetime
    media_type: str
    size_bytes: int
    truncated: str
    is_repost: bool
    verdict: str
    confidence: float
    people: int
    subjects: int
    share: float
    fields: dict[str, int]
    extracts: tuple[dict[str, Any], ...]
    dated: tuple[date | None, date | None]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchView:
    """One customer found in one document; ``subject`` is the index's own number, no customer's value."""

    finding_id: int
    document_id: int | None
    subject: int
    confidence: float
    fields: dict[str, float]
    weights: dict[str, float]
    place: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a timeline, with its sentence."""

    id: int
    incident_id: int | None
    happened_at: datetime
    learned_at: datetime
    zone: str
    kind: str
    kind_text: str
    actor: str
    source: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything about one incident except its matches; ``actions`` are those its state allows now."""

    line: IncidentLine
    extracts: tuple[dict[str, Any], ...]
    dated: tuple[date | None, date | None]
    limits: tuple[str, ...]
    documents: tuple[DocumentView, ...]
    timeline: tuple[EventView, ...]
    merged: tuple[IncidentLine, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page: incidents that want somebody, what was looked at, what could not be.

    ``live`` are the gravest of those that are not over, ``counts_by_state`` says how many there are of each, and
    ``subjects_concerned`` sums their customers.
    """

    live: tuple[IncidentLine, ...]
    counts_by_state: dict[str, int]
    subjects_concerned: int
    documents_waiting: int
    documents_failed: int
    findings_by_verdict: dict[str, int]
    recent: tuple[EventView, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding that opened nothing: somebody else's list, or nothing at all."""

    id: int
    document_id: int | None
    sha256: str
    verdict: str
    confidence: float
    people: int
    subjects: int
    share: float
    fields: dict[str, int]
    limits: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """One bar of the chart over a search: a day in the reader's zone, and how many events happened on it."""

    day: date
    events: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, newest first; ``next`` goes into the next call, empty at the end.

    ``total`` counts every hit if ``is_all``; else there are more, and it counts those that happened after ``since``.
    """

    query: str
    total: int
    events: tuple[EventView, ...]
    next: str
    is_all: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a field among the hits, as people read it, and how many have it."""

    value: str
    text: str
    events: int


@dataclass(frozen=True, slots=True)
class SearchFacets:
    """What the hits that were counted have in common, field by field, the most frequent first."""

    kind: tuple[FacetValue, ...] = ()
    actor: tuple[FacetValue, ...] = ()
    source: tuple[FacetValue, ...] = ()
    incident: tuple[FacetValue, ...] = ()
    state: tuple[FacetValue, ...] = ()
    tag: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page with what stands beside it; ``titled`` are incidents with the words in their title, newest first."""

    page: SearchPage
    facets: SearchFacets
    days: tuple[DayCount, ...]
    titled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A place where a document was seen, as a search shows it; what it says of the content is the latest finding's."""

    capture_id: int
    document_id: int
    incident_id: int | None
    sha256: str
    source: str
    address: str
    title: str
    author: str
    posted_at: datetime | None
    fetched_at: datetime
    state: str
    verdict: str
    people: int
    subjects: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """A page of such places, newest first.

    ``total`` are all of them if ``is_all``; else there are more, and it counts those fetched after ``since``.
    """

    total: int
    hits: tuple[DocumentHit, ...]
    next: str
    is_all: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentFacets:
    """What the places that were counted have in common, field by field, the most frequent first."""

    source: tuple[FacetValue, ...] = ()
    verdict: tuple[FacetValue, ...] = ()
    state: tuple[FacetValue, ...] = ()
    field: tuple[FacetValue, ...] = ()
    extract: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """A page of places with what stands beside it: facets, and how many of them were fetched on each day."""

    page: DocumentHits
    facets: DocumentFacets
    days: tuple[DayCount, ...]

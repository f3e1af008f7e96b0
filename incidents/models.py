"""Tables of the incidents: findings with their matches, incidents, sightings, and the events of all timelines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import archive.models  # noqa: F401  # our foreign keys point at its tables
from core.database import Base


class FindingRow(Base):
    """The verdict over one content under one generation of the index; that nothing was found is a row too.

    The row outlives its document: after retention took the content, ``sha256`` still says what was looked at.
    ``members`` is the Roaring bitmap of the matched subjects; ``sketch`` tells reposts with small changes. ``state``:
    ``new`` until the incidents took it in, then ``reported``. ``dated_from`` and ``dated_until`` bound the values' age.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("sha256", "generation"),
        Index(None, "document_id"),
        Index(None, "verdict", "id"),
        Index(None, "incident_id"),
        Index(None, "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    sha256: Mapped[str]
    generation: Mapped[int]
    verdict: Mapped[str]
    confidence: Mapped[float]
    people: Mapped[int]
    subjects: Mapped[int]
    share: Mapped[float]
    fields: Mapped[dict[str, int]] = mapped_column(JSON)
    extracts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    dated_from: Mapped[date | None]
    dated_until: Mapped[date | None]
    limits: Mapped[list[str]] = mapped_column(JSON)
    sketch: Mapped[list[int]] = mapped_column(JSON)
    members: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="new")


class FindingMatch(Base):
    """One subject found in one document: the best matches of a finding, kept to show why (`matching.KEPT_MATCHES`)."""

    __tablename__ = "finding_matches"
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[int]
    confidence: Mapped[float]
    fields: Mapped[dict[str, float]] = mapped_column(JSON)
    weights: Mapped[dict[str, float]] = mapped_column(JSON)
    place: Mapped[dict[str, Any]] = mapped_column(JSON)


class LeakMember(Base):
    """A customer in a finding of an incident (``bucket`` is his number), or of a long list a block of customers.

    See `incidents.leak_index`: of a block, ``bucket`` is negative and ``lows`` the bitmap of the numbers inside it.
    """

    __tablename__ = "leak_members"
    __table_args__ = ({"sqlite_with_rowid": False},)
    bucket: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True)
    lows: Mapped[bytes] = mapped_column(LargeBinary)


class LeakLine(Base):
    """A filled place of the content sketch of a finding of an incident: the place and its value in one number."""

    __tablename__ = "leak_lines"
    __table_args__ = ({"sqlite_with_rowid": False},)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True)


class LeakExtract(Base):
    """An extract that explains customers of a finding of an incident: by it a data owner finds what is theirs."""

    __tablename__ = "leak_extracts"
    __table_args__ = ({"sqlite_with_rowid": False},)
    extract: Mapped[str] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(
        ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class LeakSample(Base):
    """How many customers a finding of an incident holds, and some of them (unsigned 32-bit numbers, little-endian)."""

    __tablename__ = "leak_samples"
    finding_id: Mapped[int] = mapped_column(
        ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    size: Mapped[int]
    sample: Mapped[bytes] = mapped_column(LargeBinary)


class Incident(Base):
    """One leak, however many pages carry it.

    Counts are kept up to date by `incidents.admission`: ``subjects`` distinct customers of ours (``members``, a Roaring
    bitmap), ``people`` the most that any one document holds, ``fields`` the same per kind, ``documents`` distinct
    contents. An incident that turned out to be part of another has ``merged_into`` set and keeps its own rows, so that
    clearing it undoes the merge. ``severity_set`` is the severity that a person gave it: then figures change it no
    more. ``handed_by`` handed it over to ``assignee``, who did not acknowledge it yet. ``waived`` is what it may be
    closed without (a confirmation, a clock), and why.
    """

    __tablename__ = "incidents"
    __table_args__ = (Index(None, "state", "id"), Index(None, "merged_into"))
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="open")
    severity: Mapped[str]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    subjects: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    sightings: Mapped[int] = mapped_column(default=0)
    confidence: Mapped[float] = mapped_column(default=0.0)
    fields: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    sources: Mapped[list[str]] = mapped_column(JSON, default=list)
    members: Mapped[bytes] = mapped_column(LargeBinary)
    assignee: Mapped[str] = mapped_column(default="")
    dismiss_reason: Mapped[str] = mapped_column(default="")
    csirt_confirmed_at: Mapped[datetime | None]
    owner_confirmed_at: Mapped[datetime | None]
    csirt_confirmed_by: Mapped[str] = mapped_column(default="", server_default="")
    owner_confirmed_by: Mapped[str] = mapped_column(default="", server_default="")
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    severity_set: Mapped[str] = mapped_column(default="", server_default="")
    playbook: Mapped[str] = mapped_column(default="", server_default="")
    come_back_on: Mapped[date | None]
    come_back_why: Mapped[str] = mapped_column(default="", server_default="")
    handed_by: Mapped[str] = mapped_column(default="", server_default="")
    waived: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")


class Sighting(Base):
    """A capture that belongs to an incident: one place where the leak was seen."""

    __tablename__ = "sightings"
    __table_args__ = (Index(None, "incident_id"), Index(None, "finding_id"))
    capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"))
    at: Mapped[datetime]


class Event(Base):
    """One line of a timeline; never changed, never removed.

    ``happened_at`` is when it happened, ``learned_at`` when we wrote it down; ``zone`` is the zone as it was written
    where we learned it. The sentence that people read is made from ``kind`` and ``data`` (texts/*.toml);
    ``search_text`` is that sentence in both languages plus the words of ``data``, normalised. ``key``, where given,
    makes an event unique, so that work done twice writes it once.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index(None, "incident_id", "happened_at"),
        Index(None, "happened_at", "id"),
        Index(None, "kind", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    happened_at: Mapped[datetime]
    learned_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    actor: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    search_text: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)


class Rescan(Base):
    """Looking again through what is archived, under an index that knows more than the one that looked first.

    ``why`` is ``enrolment`` or ``asked``. It goes on from ``last_id``, a few documents at a time, while nothing else
    waits. ``state``: ``running``, ``done``, or ``overtaken`` by a later one. ``result`` counts verdicts.
    """

    __tablename__ = "rescans"
    __table_args__ = (Index(None, "state"), Index(None, "generation"))
    id: Mapped[int] = mapped_column(primary_key=True)
    why: Mapped[str]
    asked_by: Mapped[str]
    generation: Mapped[int]
    since: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="running")
    last_id: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PastRanking(Base):
    """A ranking as it was answered once, names masked: kept, so that what was known when can be told later."""

    __tablename__ = "past_rankings"
    __table_args__ = (Index(None, "incident_id", "asked_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    basis: Mapped[str]
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]


class RankingRow(Base):
    """The last ranking of who held or touched an incident's customers, names masked (`root_cause.inquiry`).

    ``basis`` is the hash of everything that it was made from: while that is the same, so is the ranking.
    """

    __tablename__ = "rankings"
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True, autoincrement=False)
    basis: Mapped[str]
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]


class MarkRow(Base):
    """Something that somebody put on an event or an access record and did not take away: a star, a tag, a comment.

    ``about_kind`` is ``event``, or ``record``; ``about`` the event's number, or the record's file and row
    (``12.3456``). ``kind`` is ``star``, ``tag`` or ``comment``, ``text`` the tag or the words.
    """

    __tablename__ = "marks"
    __table_args__ = (Index(None, "about_kind", "about"), Index(None, "kind", "text"))
    id: Mapped[int] = mapped_column(primary_key=True)
    about_kind: Mapped[str]
    about: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[str]
    text: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]

"""Lists of what is in incidents, as rows of plain cells: for CSV and for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyroaring import BitMap

from core.clock import local
from incidents.desk.affected import AT_ONCE, affected_subjects, describe
from incidents.ownership import extracts_of, is_named
from incidents.timeline.sentences import field_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exports.material import ExportMaterial
    from fingerprints.index.generation import Index

COLUMNS: Final = {
    "incidents": (
        "id", "state", "severity", "title", "opened_at", "first_seen_at", "updated_at", "customers", "people",
        "documents", "places", "confidence", "fields", "sources", "assignee",
    ),
    "events": ("id", "incident", "happened_at", "learned_at", "zone", "kind", "actor", "source", "text"),
    "documents": (
        "capture", "document", "incident", "sha256", "source", "address", "title", "author", "posted_at",
        "fetched_at", "state", "verdict", "people", "customers", "fields",
    ),
    "customers": ("customer", "fields", "documents", "confidence"),
}  # fmt: skip
LISTS: Final = tuple(COLUMNS)


def rows_of(material: ExportMaterial, name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of one list, read as they are asked for and counted."""
    made = {"incidents": _incidents, "events": _events, "documents": _documents, "customers": _customers}[name]
    for row in made(material):
        material.tally.taken[name] += 1
        yield row


def _incidents(material: ExportMaterial) -> Iterator[tuple[Any, ...]]:
    zone, language = material.home.settings.zone, material.wish.language
    for one in material.incidents():
        moments = (local(at, zone).isoformat() for at in (one.opened_at, one.first_seen_at, one.updated_at))
        yield (
            one.id, one.state, one.severity, one.title, *moments, one.subjects, one.people, one.documents,
            one.sightings, round(one.confidence, 4), field_names(one.fields, language), ", ".join(one.sources),
            one.assignee,
        )  # fmt: skip


def _events(material: ExportMaterial) -> Iterator[tuple[Any, ...]]:
    for one in material.events():
        yield (
            one.id, one.incident_id, one.happened_at.isoformat(), one.learned_at.isoformat(), one.zone, one.kind,
            one.actor, one.source, material.told(one),
        )  # fmt: skip


def _documents(material: ExportMaterial) -> Iterator[tuple[Any, ...]]:
    for one in material.documents():
        yield (
            one.capture_id, one.document_id, one.incident_id, one.sha256, one.source, material.address_of(one),
            material.title_of(one), material.author_of(one), one.posted_at.isoformat() if one.posted_at else "",
            one.fetched_at.isoformat(), one.state, one.verdict, one.people, one.subjects, " ".join(one.fields),
        )  # fmt: skip


def _customers(material: ExportMaterial) -> Iterator[tuple[Any, ...]]:
    """The customers of each incident: by their numbers for who may, else by the index's own."""
    index = material.home.open_index() if material.wish.reveal else None
    for line in material.incidents():
        members = affected_subjects(material.session, line.id)
        if index is not None and material.own is not None:
            own = members & _members(index, extracts_of(material.session, line.id), material.own)
            if others := len(members) - len(own):
                material.tally.left_out["customers_of_others"] += others
            members = own
        subjects = list(members)
        for start in range(0, len(subjects), AT_ONCE):
            some = subjects[start : start + AT_ONCE]
            names = index.reveal(np.array(some, np.uint32)) if index else [f"#{subject}" for subject in some]
            for name, one in zip(names, describe(material.session, line.id, some), strict=True):
                sure = "" if one.confidence is None else round(one.confidence, 4)
                yield name, field_names(one.fields, material.wish.language), one.documents, sure


def _members(index: Index, extracts: Iterable[str], own: Iterable[str]) -> BitMap:
    """The customers of those of these extracts that somebody answers for."""
    enrolled, patterns = {info.name for info in index.extracts}, tuple(own)
    theirs = [name for name in extracts if name in enrolled and is_named(name, patterns)]
    return BitMap.union(*(index.members(name) for name in theirs), BitMap())

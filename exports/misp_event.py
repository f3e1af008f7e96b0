"""An incident as an event of MISP: places of the leak, contents by their hashes, the timeline as a report."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from pymisp import MISPEvent, MISPObject, MISPOrganisation

from core.clock import local
from exports.naming import StableNames

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from exports.material import ExportMaterial
    from incidents.views import DocumentHit, IncidentLine

MOST_PLACES: Final = 2000
"""More objects than that make an event that no server takes at once; those left out are counted."""
MOST_LINES: Final = 2000
"""Lines of the report."""
THREAT_LEVELS: Final = {"critical": 1, "high": 1, "medium": 2, "low": 3}
ANALYSED: Final = {"open": 0, "confirmed": 1, "contained": 1, "closed": 2, "dismissed": 2}
UNKNOWN_LEVEL: Final = 4
OURS: Final = "Hinomi"


def misp_event(material: ExportMaterial, line: IncidentLine) -> MISPEvent:
    """One incident as an event, the same in every export but for what changed."""
    names, settings = StableNames(material.home.settings), material.home.settings
    event = MISPEvent()
    event.uuid = str(names.of("incident", line.id))
    event.info = line.title
    event.date = local(line.first_seen_at, settings.zone).date()
    event.distribution = settings.exports.misp.distribution
    event.threat_level_id = THREAT_LEVELS.get(line.severity, UNKNOWN_LEVEL)
    event.analysis = ANALYSED.get(line.state, 0)
    event.timestamp = _seconds(line.updated_at)
    event.published = False
    event.Orgc = _organisation(material, names)
    for tag in settings.exports.misp.tags:
        event.add_tag(tag)
    _add_figures(event, material, line, names)
    _add_places(event, material, line, names)
    _add_report(event, material, line, names)
    material.tally.taken["incidents"] += 1
    return event


def _organisation(material: ExportMaterial, names: StableNames) -> MISPOrganisation:
    made = MISPOrganisation()
    made.name = material.home.settings.exports.organisation or OURS
    made.uuid = str(names.of("organisation"))
    return made


def _add_figures(event: MISPEvent, material: ExportMaterial, line: IncidentLine, names: StableNames) -> None:
    page = f"{material.home.settings.web_url}/incidents/{line.id}"
    figures = (
        ("Internal reference", "link", page, OURS),
        ("Other", "counter", str(line.subjects), "customers"),
        ("Other", "counter", str(line.people), "people in the largest document"),
        ("Other", "text", ", ".join(line.fields), "kinds of values exposed"),
    )
    for category, kind, value, comment in figures:
        if value:
            event.add_attribute(
                kind, value, category=category, comment=comment, to_ids=False, disable_correlation=True,
                uuid=str(names.of("figure", line.id, comment)), timestamp=_seconds(line.updated_at),
            )  # fmt: skip


def _add_places(event: MISPEvent, material: ExportMaterial, line: IncidentLine, names: StableNames) -> None:
    """An object a place and one a content; a place refers to its content."""
    contents: dict[str, UUID] = {}
    for number, hit in enumerate(material.documents(of=line.id)):
        if number >= MOST_PLACES:
            material.tally.left_out["places_of_event"] += 1
            continue
        material.tally.taken["documents"] += 1
        if hit.sha256 not in contents:
            contents[hit.sha256] = names.of("content", line.id, hit.sha256)
            event.add_object(_content(hit, contents[hit.sha256], names))
        place = _place(hit, material, names)
        place.add_reference(
            str(contents[hit.sha256]), "characterizes", uuid=str(names.of("reference", hit.capture_id)),
            timestamp=_seconds(hit.fetched_at),
        )  # fmt: skip
        event.add_object(place)


def _content(hit: DocumentHit, uuid: UUID, names: StableNames) -> MISPObject:
    made = MISPObject("file", strict=True)
    made.uuid = str(uuid)
    made.timestamp = _seconds(hit.fetched_at)
    made.add_attribute(
        "sha256", hit.sha256, to_ids=False, uuid=str(names.of("sha256", uuid)), timestamp=_seconds(hit.fetched_at),
        category="External analysis",
    )  # fmt: skip
    return made


def _place(hit: DocumentHit, material: ExportMaterial, names: StableNames) -> MISPObject:
    made = MISPObject("leaked-document", strict=True)
    made.uuid = str(names.of("place", hit.capture_id))
    made.timestamp = _seconds(hit.fetched_at)
    address = material.address_of(hit)
    values = {"document-name": material.title_of(hit) or hit.sha256[:16], "origin": hit.source}
    values |= {"url" if address == hit.address and "://" in address else "document-text": address}
    for relation, value in values.items():
        made.add_attribute(
            relation, value, to_ids=False, uuid=str(names.of(relation, hit.capture_id)),
            timestamp=_seconds(hit.fetched_at),
        )  # fmt: skip
    for relation, at in (("first-seen", hit.posted_at or hit.fetched_at), ("last-seen", hit.fetched_at)):
        made.add_attribute(
            relation, at.astimezone(UTC).isoformat(), to_ids=False, uuid=str(names.of(relation, hit.capture_id)),
            timestamp=_seconds(hit.fetched_at),
        )  # fmt: skip
    return made


def _add_report(event: MISPEvent, material: ExportMaterial, line: IncidentLine, names: StableNames) -> None:
    lines = []
    for number, one in enumerate(material.events(of=line.id)):
        if number >= MOST_LINES:
            material.tally.left_out["events_of_report"] += 1
            continue
        material.tally.taken["events"] += 1
        at = local(one.happened_at, material.home.settings.zone)
        lines.append(
            f"* {at:%Y-%m-%d %H:%M:%S %z} · {one.kind_text} · {one.actor}: {' '.join(material.told(one).split())}"
        )
    if lines:
        event.add_event_report(
            f"{OURS} {line.id}", "\n".join(reversed(lines)), uuid=str(names.of("report", line.id)), distribution=5,
            timestamp=_seconds(line.updated_at),
        )  # fmt: skip


def _seconds(at: datetime) -> int:
    return int(at.timestamp())

"""Incidents in STIX 2.1 (OASIS): identity, incident with the core extension, observed data, notes, relationships.

The incident extension is that of the OASIS common object repository (*Incident Core*); identifiers are UUIDs of version
5, so that a second export updates what the first one told. Observables have the identifiers that STIX prescribes, which
are the same everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from exports.formats.interface import ExportFormat
from exports.naming import StableNames

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

    from exports.material import ExportMaterial
    from incidents.views import DocumentHit, IncidentLine

INCIDENT_CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
DETERMINATIONS: Final = {"dismissed": "false-positive", "open": "suspected"}
INVESTIGATED: Final = {
    "open": "new",
    "confirmed": "open",
    "contained": "open",
    "closed": "closed",
    "dismissed": "closed",
}
CRITICALITIES: Final = {"low": 25, "medium": 50, "high": 75, "critical": 100}
"""In the middle of the bands that STIX names: low to 39, medium to 69, high to 89, critical beyond."""


class Stix(ExportFormat):
    """A bundle, written object by object."""

    name: ClassVar[str] = "stix"
    suffix: ClassVar[str] = ".stix.json"
    media_type: ClassVar[str] = "application/stix+json;version=2.1"
    reader: ClassVar[str] = "OpenCTI, stix2"

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """Each object once."""
        names, written = StableNames(material.home.settings), set[str]()
        bundle = names.of("bundle", *sorted(material.ids), material.wish.events, material.wish.documents)
        target.write(f'{{"type": "bundle", "id": "bundle--{bundle}", "objects": ['.encode())
        for made in _objects(material, names):
            if made["id"] not in written:
                target.write((b",\n" if written else b"\n") + made.serialize(ensure_ascii=False).encode())
                written.add(made["id"])
        target.write(b"\n]}\n")


def _objects(material: ExportMaterial, names: StableNames) -> Iterator[Any]:
    import stix2

    began = min((line.opened_at for line in material.incidents()), default=material.home.clock.now())
    carrier = stix2.Identity(
        id=f"identity--{names.of('organisation')}", created=began, modified=began, identity_class="organization",
        name=material.home.settings.exports.organisation or "Hinomi", sectors=["telecommunications"],
    )  # fmt: skip
    yield carrier
    for line in material.incidents():
        incident = _incident(material, line, names, carrier.id)
        yield incident
        yield stix2.Relationship(
            id=f"relationship--{names.of('impacts', line.id)}", created=line.opened_at, modified=line.opened_at,
            relationship_type="impacts", source_ref=incident.id, target_ref=carrier.id, created_by_ref=carrier.id,
        )  # fmt: skip
        for hit in material.documents(of=line.id):
            yield from _place(material, hit, names, carrier.id, incident.id)
        for one in material.events(of=line.id):
            material.tally.taken["events"] += 1
            yield stix2.Note(
                id=f"note--{names.of('event', one.id)}", created=one.learned_at, modified=one.learned_at,
                abstract=f"{one.happened_at.isoformat()} {one.kind_text}", content=material.told(one) or one.kind_text,
                authors=[one.actor or "Hinomi"], object_refs=[incident.id], created_by_ref=carrier.id,
            )  # fmt: skip


def _incident(material: ExportMaterial, line: IncidentLine, names: StableNames, carrier: str) -> Any:
    import stix2

    material.tally.taken["incidents"] += 1
    told: dict[str, Any] = {
        "extension_type": "property-extension",
        "determination": DETERMINATIONS.get(line.state, "successful-attempt"),
        "investigation_status": INVESTIGATED.get(line.state, "open"),
        "incident_types": ["confirmed-data-breach" if line.csirt_confirmed_at else "data-breach-claimed"],
        "criticality": CRITICALITIES.get(line.severity, 0),
        "detection_methods": ["external-report" if set(line.sources) == {"hand-in"} else "automated-tool"],
    }
    return stix2.Incident(
        id=f"incident--{names.of('incident', line.id)}", created=line.opened_at,
        modified=max(line.updated_at, line.opened_at), name=line.title, created_by_ref=carrier,
        description=f"customers: {line.subjects}, people: {line.people}, values: {', '.join(line.fields)}",
        confidence=round(100 * line.confidence),
        external_references=[
            {"source_name": "hinomi", "external_id": str(line.id),
             "url": f"{material.home.settings.web_url}/incidents/{line.id}"}
        ],
        extensions={INCIDENT_CORE: told}, allow_custom=True,
    )  # fmt: skip


def _place(
    material: ExportMaterial, hit: DocumentHit, names: StableNames, carrier: str, incident: str
) -> Iterator[Any]:
    """The content by its hash, where it stood, and that both were seen there."""
    import stix2

    material.tally.taken["documents"] += 1
    content = stix2.File(hashes={"SHA-256": hit.sha256}, name=material.title_of(hit) or hit.sha256[:16])
    seen = [content]
    address = material.address_of(hit)
    if address == hit.address and "://" in address:
        seen.append(stix2.URL(value=address))
    elif host := urlsplit(hit.address).hostname:
        seen.append(stix2.DomainName(value=host))
    yield from seen
    at: datetime = hit.fetched_at
    observed = stix2.ObservedData(
        id=f"observed-data--{names.of('place', hit.capture_id)}", created=at, modified=at,
        first_observed=min(hit.posted_at or at, at), last_observed=at, number_observed=1,
        object_refs=[one.id for one in seen], created_by_ref=carrier,
    )  # fmt: skip
    yield observed
    yield stix2.Relationship(
        id=f"relationship--{names.of('place-of', incident, hit.capture_id)}", created=at, modified=at,
        relationship_type="related-to", source_ref=observed.id, target_ref=incident, created_by_ref=carrier,
    )  # fmt: skip

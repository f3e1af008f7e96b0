"""An evidence bag (BagIt, RFC 8493): documents, events, and proofs that a stranger can check without Hinomi."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from sqlalchemy import select

from core.texts import LANGUAGES, load_texts
from exports.evidence import verify_bag
from exports.evidence.bag_documents import BagDocuments, BagPlace, write_row
from exports.evidence.bag_proofs import AT_ONCE, BagProofs
from exports.evidence.bag_writer import BagWriter
from exports.formats.interface import ExportFormat
from transparency import check_proof
from transparency.keys import public_path
from transparency.models import LogHead

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial
    from incidents.views import EventView

SCRIPTS: Final = tuple(str(script.__file__) for script in (check_proof, verify_bag))


class Bag(ExportFormat):
    """A ZIP with the bag in it."""

    name: ClassVar[str] = "bag"
    suffix: ClassVar[str] = ".bag.zip"
    media_type: ClassVar[str] = "application/zip"
    reader: ClassVar[str] = "bagit, Python"
    is_long: ClassVar[bool] = True
    is_proved: ClassVar[bool] = True

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """Documents first, then events, proofs, heads, and how to verify it all."""
        name = Path(material.wish.file_name).name.partition(".")[0]
        proofs = BagProofs(material)
        try:
            with BagWriter(target, name, material.folder) as bag:
                self._add_incidents(material, bag)
                self._add_documents(material, bag, proofs)
                self._add_events(material, bag, proofs)
                self._add_heads(material, bag, proofs)
                left_out = dict(sorted(material.tally.left_out.items()))
                bag.add("left-out.json", json.dumps(left_out, indent=1).encode() + b"\n")
                for file in map(Path, SCRIPTS):
                    bag.add(file.name, file.read_bytes())
                for language in LANGUAGES:
                    text = load_texts("exports", language)("bag.readme", root=proofs.head.root, size=proofs.head.size)
                    bag.add(f"README.{language}.txt", text.encode())
                bag.finish(_info(material, proofs.head))
        finally:
            proofs.close()

    def _add_incidents(self, material: ExportMaterial, bag: BagWriter) -> None:
        with bag.open("incidents.jsonl") as file:
            for one in material.incidents():
                material.tally.taken["incidents"] += 1
                row = {
                    "id": one.id, "state": one.state, "severity": one.severity, "title": one.title,
                    "opened_at": one.opened_at.isoformat(), "first_seen_at": one.first_seen_at.isoformat(),
                    "customers": one.subjects, "people": one.people, "documents": one.documents,
                    "confidence": one.confidence, "fields": one.fields, "sources": list(one.sources),
                }  # fmt: skip
                file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def _add_documents(self, material: ExportMaterial, bag: BagWriter, proofs: BagProofs) -> None:
        documents, listed = BagDocuments(material, bag), material.folder / "documents.jsonl"
        total = sum(line.sightings for line in material.incidents())
        proved: set[int] = set()
        with listed.open("wb") as file, closing(documents):
            waiting: list[BagPlace] = []
            for number, hit in enumerate(material.documents(), start=1):
                waiting.append(documents.add(hit))
                if len(waiting) >= AT_ONCE:
                    _settle_places(waiting, bag, proofs, file, proved)
                material.progress(number, max(total, number))
            _settle_places(waiting, bag, proofs, file, proved)
        documents.finish()
        bag.add_file("documents.jsonl", listed)

    def _add_events(self, material: ExportMaterial, bag: BagWriter, proofs: BagProofs) -> None:
        listed = material.folder / "events.jsonl"
        with listed.open("wb") as file:
            waiting: list[EventView] = []
            for event in material.events(looks=True):
                waiting.append(event)
                if len(waiting) >= AT_ONCE:
                    _settle_events(waiting, material, bag, proofs, file)
            _settle_events(waiting, material, bag, proofs, file)
        bag.add_file("events.jsonl", listed)

    def _add_heads(self, material: ExportMaterial, bag: BagWriter, proofs: BagProofs) -> None:
        """Every signed head, for whoever has one of them from elsewhere; the public key; the time stamp."""
        with bag.open("heads.jsonl") as file:
            for head in material.session.scalars(select(LogHead).order_by(LogHead.size)):
                row = {"size": head.size, "root": head.root, "note": head.note, "places": head.places}
                file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        bag.add("log-key.pub", public_path(material.home.settings.log_key_path).read_bytes())
        if proofs.head.token:
            bag.add("head.tsr", proofs.head.token)


def _settle_places(
    waiting: list[BagPlace], bag: BagWriter, proofs: BagProofs, file: BinaryIO, proved: set[int]
) -> None:
    """Prove places and their documents, and list them."""
    fresh = sorted({one.document_id for one in waiting} - proved)
    proved.update(fresh)
    for kind, ids in (("document", fresh), ("capture", [one.capture_id for one in waiting])):
        for row_id, proof in proofs.of(kind, ids):
            bag.add(f"proofs/{kind}-{row_id}.json", json.dumps(proof).encode())
    leaves = proofs.leaves_of("document", [one.document_id for one in waiting])
    for one in waiting:
        write_row(file, one.row | {"leaf": leaves.get(one.document_id)})
    waiting.clear()


def _settle_events(
    waiting: list[EventView], material: ExportMaterial, bag: BagWriter, proofs: BagProofs, file: BinaryIO
) -> None:
    """Prove events, and list them."""
    leaves: dict[int, int] = {}
    for row_id, proof in proofs.of("event", [one.id for one in waiting]):
        leaves[row_id] = proof["leaf"]
        bag.add(f"proofs/event-{row_id}.json", json.dumps(proof).encode())
    for one in waiting:
        material.tally.taken["events"] += 1
        row = {
            "id": one.id, "incident": one.incident_id, "happened_at": one.happened_at.isoformat(),
            "learned_at": one.learned_at.isoformat(), "zone": one.zone, "kind": one.kind, "actor": one.actor,
            "source": one.source, "text": material.told(one), "leaf": leaves.get(one.id),
        }  # fmt: skip
        write_row(file, row)
    waiting.clear()


def _info(material: ExportMaterial, head: LogHead) -> dict[str, str]:
    now = material.home.clock.now()
    return {
        "Source-Organization": material.home.settings.exports.organisation or "Hinomi",
        "Bagging-Date": f"{now:%Y-%m-%d}",
        "External-Identifier": material.wish.file_name,
        "External-Description": material.reason or "-",
        "Bag-Software-Agent": "Hinomi",
        "Hinomi-Values": "revealed" if material.wish.reveal else "masked",
        "Hinomi-Head": f"{head.size} {head.root}",
    }

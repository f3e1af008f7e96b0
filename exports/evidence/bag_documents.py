"""The documents of a bag: contents as they were captured for who may see them, and texts, masked for who may not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sqlalchemy import select

from archive.bodies.models import BodyRemoval
from archive.errors import ArchiveError
from archive.models import Capture, DocumentRow
from core.encodings.decoder import to_text
from exports.evidence.warc_copy import RecordCopies
from incidents.findings import CLEAR
from incidents.models import FindingMatch, FindingRow

if TYPE_CHECKING:
    from pathlib import Path

    from exports.evidence.bag_writer import BagWriter
    from exports.material import ExportMaterial
    from incidents.views import DocumentHit

TEXT_CHARACTERS: Final = 200_000
"""Of a longer document, the text is its beginning; the content, where it is in the bag, is whole."""
_LONGEST_CODE: Final = 4
_SAMPLE: Final = 4096
_ODD_SHARE: Final = 0.05
WARC: Final = "warc/documents.warc.gz"


@dataclass(frozen=True, slots=True)
class BagPlace:
    """A row of documents.jsonl before its leaf is known."""

    row: dict[str, Any]
    document_id: int
    capture_id: int


class BagDocuments:
    """Puts documents into a bag, each content once."""

    def __init__(self, material: ExportMaterial, bag: BagWriter) -> None:
        self._material = material
        self._bag = bag
        self._done: set[str] = set()
        self._warc_path = material.folder / "documents.warc.gz"
        self._warc: BinaryIO | None = None
        self._copies: RecordCopies | None = None

    def add(self, hit: DocumentHit) -> BagPlace:
        """One place of a document; with its content if that is not in the bag yet."""
        material = self._material
        row: dict[str, Any] = {
            "capture": hit.capture_id, "document": hit.document_id, "incident": hit.incident_id,
            "sha256": hit.sha256, "source": hit.source, "address": material.address_of(hit),
            "title": material.title_of(hit), "author": material.author_of(hit),
            "posted_at": hit.posted_at.isoformat() if hit.posted_at else None,
            "fetched_at": hit.fetched_at.isoformat(), "verdict": hit.verdict, "people": hit.people,
            "customers": hit.subjects, "fields": list(hit.fields),
        }  # fmt: skip
        capture = material.session.get_one(Capture, hit.capture_id)
        row |= {"purpose": capture.purpose, "legal_basis": capture.legal_basis, "body": capture.document.body}
        material.tally.taken["documents"] += 1
        left = material.session.get(BodyRemoval, hit.document_id)
        if left is not None:  # the content in the bag, if any, is what is left of it
            row |= {"sha256_left": left.sha256_after, "removal": {"event": left.event_id, "at": left.at.isoformat()}}
        if hit.sha256 not in self._done:
            self._done.add(hit.sha256)
            self._add_content(hit)
        if material.wish.reveal and left is None:
            self._copy_records(hit)
        return BagPlace(row, hit.document_id, hit.capture_id)

    def finish(self) -> None:
        """Put the WARC file into the bag."""
        self.close()
        if self._warc is not None:
            self._bag.add_file(WARC, self._warc_path)

    def close(self) -> None:
        """Let go of the WARC file."""
        if self._warc is not None:
            self._warc.close()

    def _add_content(self, hit: DocumentHit) -> None:
        document = self._material.session.get_one(DocumentRow, hit.document_id)
        waiting = self._material.folder / "content"
        limit = TEXT_CHARACTERS * _LONGEST_CODE
        try:
            with waiting.open("wb") as file:
                for chunk in self._material.home.archive.stream(document):  # to the end: then it is verified
                    file.write(chunk if self._material.wish.reveal else chunk[: max(0, limit - file.tell())])
        except ArchiveError:
            self._material.tally.left_out["contents_missing"] += 1
            return
        left = self._material.session.get(BodyRemoval, document.id)
        name = left.sha256_after if left is not None else hit.sha256
        charset, size = (document.charset, document.size_bytes) if left is None else ("utf-8", left.size_after)
        text, is_cut = _text_of(waiting, charset, limit)
        if text is not None:
            self._bag.add(f"texts/{name}.txt", self._shown(text, hit).encode("utf-8", "replace"))
            if is_cut or size > limit:
                self._material.tally.left_out["texts_cut"] += 1
        else:
            self._material.tally.left_out["texts_binary"] += 1
        if self._material.wish.reveal:
            self._bag.add_file(f"documents/{name}{'.bin' if text is None else '.txt'}", waiting)

    def _shown(self, text: str, hit: DocumentHit) -> str:
        if self._material.wish.reveal:
            return text
        session = self._material.session
        rows = select(FindingRow).where(FindingRow.document_id == hit.document_id)
        finding = session.scalars(rows.order_by(FindingRow.incident_id.is_(None), FindingRow.id.desc())).first()
        if finding is None:
            return self._material.masks.text(text, (), is_leak=False)
        matches = session.scalars(select(FindingMatch.place).where(FindingMatch.finding_id == finding.id)).all()
        return self._material.masks.text(text, matches, is_leak=finding.verdict != CLEAR)

    def _copy_records(self, hit: DocumentHit) -> None:
        """The record of the content, and that of the place: a response, a page, a revisit."""
        if self._copies is None:
            self._warc = self._warc_path.open("wb")
            self._copies = RecordCopies(self._warc, "documents.warc.gz")
        session, archive = self._material.session, self._material.home.archive
        document, capture = session.get_one(DocumentRow, hit.document_id), session.get_one(Capture, hit.capture_id)
        for one in (document, capture):
            try:
                self._copies.add(archive.paths_of(one.warc_file), one.warc_file, one.warc_offset)
            except ArchiveError:
                self._material.tally.left_out["records_missing"] += 1


def write_row(file: BinaryIO, row: dict[str, Any]) -> None:
    """One line of a file of JSON lines."""
    file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def _text_of(path: Path, charset: str, limit: int) -> tuple[str | None, bool]:
    """Its text, where it has one, and whether that is its beginning alone."""
    with path.open("rb") as file:
        whole = to_text(file.read(limit), charset)
    text = whole[:TEXT_CHARACTERS]
    sample = text[:_SAMPLE]
    odd = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in sample)
    return (None if odd > _ODD_SHARE * len(sample) else text), len(whole) > len(text)

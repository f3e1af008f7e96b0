"""From a matcher's finding to what is kept of it: members as a bitmap, the surest matches first, extracts ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fingerprints.identifiers import IdentifierKind, load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from judging.extracts import rank
from matcher.document import Document, Gone, Limits
from matcher.far_helpers import look_at_packed
from matcher.match import match_document
from matcher.passage import Looker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from fingerprints.secrets.keys import Key
    from incidents.findings import NewFinding
    from judging.bench import Bench
    from matcher.far_helpers import FarHelpers
    from matcher.finding import Finding
    from matcher.left import Left


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the ranking of extracts as JSON, and the generation of the index they were found under.

    ``left`` is what may stay of the document where strangers are to go, if that was asked (`judging.bodies.left`).
    """

    finding: Finding
    extracts: list[dict[str, Any]]
    generation: int
    left: Left | None = None

    def as_new(self) -> NewFinding:
        """What is kept of it."""
        return new_finding(self.finding, extracts=self.extracts)


READING_SHARE = 0.8  # of the time a document has before its process is ended: what was read by then still counts


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Gives verdicts in this very process; `judging.child` puts a wall around it."""

    index: Index
    digester: Digester
    kinds: Mapping[str, IdentifierKind]
    limits: Limits
    processes: int = 1

    def judge(
        self,
        name: str,
        content: bytes | Path,
        media_type: str,
        charset: str,
        plainly: bool = False,  # noqa: FBT001, FBT002  # as it comes over the line
        gone: tuple[int, int, float, float] = (0, 0, 0.0, 0.0),
        far: FarHelpers | None = None,
    ) -> Judged:
        """The verdict over one document.

        Args:
            name: As its finder knows it.
            content: The bytes, or their file.
            media_type: As it was declared.
            charset: Likewise.
            plainly: Over its text as it stands, whatever its structure is.
            gone: Who was taken out of it, as `matcher.document.Gone`.
            far: Who looks at its passages, if not this process.
        """
        document = Document(name, content, media_type or None, charset or None, Gone(*gone))
        found = match_document(
            document, self.index, self.digester, self.kinds, self.limits, processes=self.processes, plainly=plainly,
            far=far,
        )  # fmt: skip
        return Judged(found, rank(found, self.index), self.index.generation)

    def look(self, passage: bytes) -> bytes:
        """What one passage of somebody else's document gives, as `matcher.far_helpers` packs both."""
        return look_at_packed(Looker(self.index, self.digester, self.kinds), passage)


def open_verdicts(bench: Bench, key: Key) -> Verdicts:
    """Open the index; raises its errors."""
    index = Index.open_folder(bench.generation, key) if bench.generation else Index.open_good(bench.index_dir, key)
    limits = Limits(document_bytes=bench.document_bytes, seconds=READING_SHARE * bench.document_s)
    return Verdicts(index, Digester(key), load_kinds(index.number_patterns), limits, bench.processes)


def new_finding(found: Finding, *, extracts: Sequence[Mapping[str, Any]]) -> NewFinding:
    """What is kept of a finding; ``extracts`` is the ranking, as JSON."""
    from pyroaring import BitMap  # these two are nothing to the child that judges

    from incidents.findings import KeptMatch, NewFinding

    surest = sorted(found.matches, key=lambda match: -match.confidence)
    return NewFinding(
        verdict=found.verdict,
        confidence=found.confidence,
        people=found.people,
        members=BitMap(found.members),
        share=found.share,
        fields={kind: count for kind, count in found.fields.items() if count},
        matches=[
            KeptMatch(match.subject, match.confidence, dict(match.fields), dict(match.weights), dict(match.place))
            for match in surest
        ],
        extracts=extracts,
        dated=found.dated,
        limits=found.limits,
        sketch=found.sketch,
    )

"""From a matcher's finding to what is kept of it: members as a bitmap, the surest matches first, extracts ranked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from pyroaring import BitMap

from core.settings import INDEX_FOLDER
from fingerprints.identifiers import IdentifierKind, load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from incidents.findings import KeptMatch, NewFinding
from judging.extracts import rank
from matcher.document import Document, Gone, Limits
from matcher.helpers import count_cores
from matcher.match import match_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from core.settings import Settings
    from fingerprints.secrets.keys import Key
    from matcher.finding import Finding
    from matcher.left import Left


MEMORY_LIMIT_MIB = 2048  # a 5.96-million-row document has to be judged within it, by all its processes together


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
class Bench:
    """What it takes to judge: the home folder, the bounds on one document, and how many work on a large one."""

    home: Path
    document_bytes: int
    document_s: float
    memory_mib: int = MEMORY_LIMIT_MIB
    processes: int = field(default_factory=count_cores)
    generation: Path | None = None
    """The index generation to judge under, where it must be the one that somebody else has open."""
    index: Path | None = None
    """Where the index is, if it is not in the home folder."""

    @property
    def index_dir(self) -> Path:
        """Where the index is."""
        return self.index or self.home / INDEX_FOLDER

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings of a home folder say."""
        limits = settings.matcher
        return cls(settings.home, limits.max_document_bytes, limits.max_document_s, index=settings.index_dir)


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
    ) -> Judged:
        """The verdict over one document.

        Args:
            name: As its finder knows it.
            content: The bytes, or their file.
            media_type: As it was declared.
            charset: Likewise.
            plainly: Over its text as it stands, whatever its structure is.
            gone: Who was taken out of it, as `matcher.document.Gone`.
        """
        document = Document(name, content, media_type or None, charset or None, Gone(*gone))
        found = match_document(
            document, self.index, self.digester, self.kinds, self.limits, processes=self.processes, plainly=plainly
        )
        return Judged(found, rank(found, self.index), self.index.generation)


def open_verdicts(bench: Bench, key: Key) -> Verdicts:
    """Open the index; raises its errors."""
    index = Index.open_folder(bench.generation, key) if bench.generation else Index.open_good(bench.index_dir, key)
    limits = Limits(document_bytes=bench.document_bytes, seconds=READING_SHARE * bench.document_s)
    return Verdicts(index, Digester(key), load_kinds(index.number_patterns), limits, bench.processes)


def new_finding(found: Finding, *, extracts: Sequence[Mapping[str, Any]]) -> NewFinding:
    """What is kept of a finding; ``extracts`` is the ranking, as JSON."""
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

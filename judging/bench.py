"""What it takes to judge, as one value: light, so that a child can be on its way before anything else is imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from core.processes.cores import count_cores

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings

MEMORY_LIMIT_MIB = 2048  # a 5.96-million-row document has to be judged within it, by all its processes together


@dataclass(frozen=True, slots=True)
class Bench:
    """What it takes to judge: the home folder, the bounds on one document, and how many work on a large one."""

    home: Path
    index_dir: Path
    document_bytes: int
    document_s: float
    memory_mib: int = MEMORY_LIMIT_MIB
    processes: int = field(default_factory=count_cores)
    generation: Path | None = None
    """The index generation to judge under, where it must be the one that somebody else has open."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings of a home folder say."""
        limits = settings.matcher
        return cls(settings.home, settings.index_dir, limits.max_document_bytes, limits.max_document_s)

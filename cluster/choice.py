"""Who judges, and who reads large lists and logs: this machine alone, or the workers of a scheduler.

Without one in the settings nothing of the engine is imported: it takes half a second, and opens sockets.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from core.processes.far_parts import FarReaders
    from home import Home
    from judging.bench import Bench
    from judging.child import ChildJudge, Judge, Question


@contextmanager
def open_judge(home: Home, bench: Bench, child: ChildJudge, ahead: Iterable[Question]) -> Iterator[Judge]:
    """Whoever gives the verdicts of a run.

    Args:
        home: Whose settings, key and index they are given under.
        bench: Bounds on a document.
        child: Judges on this machine; its caller's to close.
        ahead: What will be asked, in its order.

    Raises:
        ClusterError: The scheduler of the settings does not answer.
    """
    if not home.settings.cluster.scheduler:
        yield child
        return
    from cluster.judge import ClusterJudge

    named = replace(bench, generation=bench.generation or home.index.folder)
    with ClusterJudge(home.settings, home.key, named, child, iter(ahead)) as judge:
        yield judge


@dataclass(frozen=True, slots=True)
class _Readers:
    """Workers of a scheduler, sought when the first part goes out: a small file needs neither them nor the engine."""

    home: Home
    of: str

    def answers(self, jobs: Iterator[tuple[bytes, str]], generation: Path | None) -> Iterator[tuple[bytes, str]]:
        """The answers to packed parts, in their order, and where each is."""
        from cluster.parts import ClusterReaders

        yield from ClusterReaders(self.home.settings, self.home.key, self.of).answers(jobs, generation)


def far_readers(home: Home, of: str) -> FarReaders | None:
    """Those who read large files in place of this machine; none where the settings name no scheduler.

    Args:
        home: Whose settings and key they read under.
        of: What files: `cluster.units.CUSTOMERS` or `cluster.units.ACCESS_LOG`.
    """
    return _Readers(home, of) if home.settings.cluster.scheduler else None

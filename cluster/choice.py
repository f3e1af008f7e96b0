"""Who judges, and who reads large files of customers: this machine alone, or the workers of a scheduler.

Without one in the settings nothing of the engine is imported: it takes half a second, and opens sockets.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from custody.enrolment.parts import FarReaders
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


def far_readers(home: Home) -> FarReaders | None:
    """Those who read large files of customers in place of this machine; none where the settings name no scheduler."""
    if not home.settings.cluster.scheduler:
        return None
    from cluster.parts import ClusterReaders

    return ClusterReaders(home.settings, home.key)

"""Helper processes for a large document: passages go out, their arrays come back in the order of the document."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from core.processes.pool import Pool
from core.processes.walls.confinement import Rights
from matcher.far_helpers import ANSWERS
from matcher.readers.interface import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.decide.parts import Part
    from matcher.far_helpers import FarHelpers, Unseen
    from matcher.passage import Looker, PassageJob

HEAVY_ROWS: Final = 40_000
"""Work done in this process before helpers are started: starting one costs about as much as looking at 20,000 rows."""
HEAVY_BYTES: Final = 16 << 20
"""Of a document for whose first rows they are started already; free text hardly ever holds anybody."""
MOST_HELPERS: Final = 4
"""Each takes some 200 MiB, and a document is to be judged within 2 GiB."""


def look_at_all(
    looker: Looker,
    jobs: Iterator[PassageJob],
    processes: int,
    far: FarHelpers | None = None,
    *,
    is_heavy: bool = False,
) -> Iterator[Part | Unseen]:
    """The parts of all jobs, in their order; by helpers once the document turns out to be large, or if it is known to.

    The result is the same however many processes there are, and wherever: a part depends on its job alone. Only helpers
    that are far may leave a passage unseen.

    Raises:
        WorkerError: A helper ended, or failed.
    """
    if far is not None:
        yield from far.work_through(looker, jobs)
        return
    done = 0
    for job in jobs:
        if processes > 1 and (done >= HEAVY_ROWS or (is_heavy and isinstance(job.passage, Rows))):
            rights = Rights(reads=(str(looker.index.folder.parent),))
            helpers = min(processes, MOST_HELPERS)
            with Pool(open_looker, looker, answers=ANSWERS, workers=helpers, at=name_of, rights=rights) as pool:
                yield from pool.work_through(chain([job], jobs))
            return
        part = looker.look(job)
        done += job.weight(part)
        yield part


def open_looker(looker: Looker) -> Callable[[PassageJob], Part]:
    """What a helper does with each passage; the index was opened (mapped, so that all share its pages) on the way."""
    return looker.look


def name_of(job: PassageJob) -> str:
    """Which passage it is, for a message about it."""
    inside = f" of {' / '.join(job.path)}" if job.path else ""
    return f"the passage from {job.place}{inside}"

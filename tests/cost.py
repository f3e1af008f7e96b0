"""What work costs, to be compared with what other work costs in the same process: no machine is too slow for that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 3


def cost(work: Callable[[], object]) -> float:
    """The seconds of processor time that it took, at its quickest."""
    taken = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)

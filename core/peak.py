"""How much memory a run held at most."""

from __future__ import annotations

import resource
from typing import Final

_KIB_PER_MIB: Final = 1024


def peak_mib(children: int = 0) -> float:
    """The largest size of this process so far, plus that of the largest ended child for each of ``children``."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if children else 0
    return (own + children * child) / _KIB_PER_MIB

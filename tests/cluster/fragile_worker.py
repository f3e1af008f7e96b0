"""A worker's command whose process dies, as of too much memory, at every unit with a certain word in it."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from cli.main import run
from cluster.units import Envelope

if TYPE_CHECKING:
    from cluster.units import AnyAsked, Unit

WORD: Final = "踏み抜き"
_opened = Envelope.asked


def _asked(self: Envelope, unit: Unit) -> tuple[AnyAsked, bytes | str]:
    asked, content = _opened(self, unit)
    if isinstance(content, bytes) and WORD.encode() in content:
        os.kill(os.getpid(), signal.SIGKILL)
    return asked, content


if __name__ == "__main__":
    Envelope.asked = _asked  # type: ignore[method-assign]
    sys.exit(run(sys.argv[1:]))

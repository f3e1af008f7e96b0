"""Purges a document and dies on the way: python -m tests.judging.bodies.killed HOME DOCUMENT STEP WHEN."""

from __future__ import annotations

import os
import sys
from typing import Any

from archive.bodies import removal
from core.actors import SYSTEM
from home import Home
from judging.bodies.purge import purge

STEPS = ("_blank", "_keep", "_write_down", "_put_in_place", "_set_done")
KILLED = 9


def _dying(step: Any, when: str) -> Any:
    def die(*given: Any, **named: Any) -> None:
        if when == "after":
            step(*given, **named)
        os._exit(KILLED)

    return die


if __name__ == "__main__":
    folder, document, name, when = sys.argv[1:]
    setattr(removal, name, _dying(getattr(removal, name), when))
    purge(Home(folder), int(document), reason="not ours", actor=SYSTEM)

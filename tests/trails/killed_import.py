"""Imports a file and dies at a given step, as if the power went; started by test_killed.py as a process of its own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import load_key
from trails import imports
from trails.number_digests import KeyedDoor
from trails.store import parts


def die(*_: object, **__: object) -> None:
    """End without a chance to clean up."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(home: str, url: str, file: str, step: str) -> None:
    """Import ``file``, dying at ``step``."""
    settings = load_settings(home, database={"url": url})
    door = KeyedDoor(Digester(load_key(settings.key, settings.home)), load_kinds()[NUMBER_KIND])
    plan = imports.plan_import(Path(file), "callcenter", settings.trails_dir, is_number=door.is_number)
    if step == "started":
        imports.read_pieces = die  # type: ignore[assignment,attr-defined]
    elif step == "written":
        imports.put_in_place = die  # type: ignore[assignment,attr-defined]
    elif step == "placed":
        imports.refresh_gaps = die  # type: ignore[assignment,attr-defined]
    elif step == "reading":
        parts.PartWriter.close = die  # type: ignore[assignment,method-assign]
    imports.run_import(plan, settings.trails_dir, Database(url), door, SystemClock())


if __name__ == "__main__":
    main(*sys.argv[1:])

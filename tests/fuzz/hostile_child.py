"""Reads and matches hostile documents one after the other, in a process that may not have more than a judge has.

``python -m tests.fuzz.hostile_child SIZE SEED MOST FOLDER NAME...``: at most so many of each shape, of the named
formats. Before each document a line says which it is and the document lies in FOLDER, so that one that ends the process
is known; after it a line says what it took. Processor time is bounded, not the clock: a busy machine makes no document
hostile.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Final

from core.processes.walls.limits import limit_memory, limit_processor
from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from matcher.document import Document, Limits
from matcher.match import match_document
from matcher.readers import FAILED
from tests.fuzz.hostile import documents, harmless
from tests.matcher.people import PEOPLE

MEMORY_MIB: Final = 1536 - 256  # beside what the process has when it begins
DOCUMENT_S: Final = 60.0
"""Processor time of one document, before the system ends the process."""
LIMITS: Final = Limits(seconds=20)


def main() -> None:
    """Read all that are asked for."""
    size, seed, most, folder, *names = sys.argv[1:]
    current = Path(folder) / "current"
    index, digester = _small_index()
    kinds = load_kinds(index.number_patterns)
    limit_memory(MEMORY_MIB)
    content = harmless()
    for name in names:
        draw = random.Random(f"{seed} {name}")  # noqa: S311  # the same documents for the same seed
        for number, (shape, document) in enumerate(documents(name, content[name], int(size), draw, int(most))):
            current.write_bytes(document)
            _say({"begun": [name, shape, number]})
            began = time.process_time()
            limit_processor(DOCUMENT_S)
            found = match_document(Document("hostile", document), index, digester, kinds, LIMITS)
            _say({
                "done": [name, shape, number],
                "verdict": found.verdict,
                "seconds": round(time.process_time() - began, 2),
                "failed": [note for note in found.limits if FAILED in note],
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
            })  # fmt: skip


def _say(said: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _small_index() -> tuple[Index, Digester]:
    key = Key(bytes(range(32)))
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    columns = {kind: [person[kind] for person in PEOPLE] for kind in PEOPLE[0]}
    build_index(folder, key, "everyone", columns, as_of=date(2026, 4, 1))
    return Index.open(folder, key), Digester(key)


if __name__ == "__main__":
    main()

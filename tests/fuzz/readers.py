"""Throws bytes at the readers, guided by what they cover (atheris, libFuzzer); stops at the first that makes one fail.

Started as a process of its own, since libFuzzer ends its process: ``python -m tests.fuzz.readers -runs=20000 FOLDER``.
The folder is filled with the seeds, and with what was found to lead somewhere new.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["matcher", "fingerprints"]):
    from matcher.document import Cuts, Document, Limits
    from matcher.readers import FAILED, load_readers, read_document

    load_readers()  # they are imported when they are first wanted

from tests.matcher.seeds import seeds

LIMITS = Limits(
    document_bytes=1 << 20, unpacked_bytes=4 << 20, members=30, depth=4, columns=64, whole_bytes=1 << 20, seconds=20
)
MOST_PASSAGES = 20_000


def read_once(content: bytes) -> None:
    """Read a document to its end; a reader that failed on it is a crash."""
    cuts = Cuts()
    count = 0
    for count, _ in enumerate(read_document(Document("fuzz", content), LIMITS, cuts), 1):  # its last value is used
        if count > MOST_PASSAGES:
            raise AssertionError(f"more than {MOST_PASSAGES} passages from {len(content)} bytes")
    failed = [note for note in cuts.notes if FAILED in note]
    if failed:
        raise AssertionError(f"{failed} after {count} passages")


def main() -> None:
    """Fill the folder with seeds, then hand over to libFuzzer."""
    folder = Path(sys.argv[-1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds().items():
        (folder / f"seed-{name}").write_bytes(content)
    atheris.Setup(sys.argv, read_once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""The small carrier, and a scheduler with workers: real processes on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.processes import Processes
from tests.small_carrier import CALM_TEXT, archive, bench, enrolled_home, home, leak_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["archive", "bench", "enrolled_home", "home"]

DOCUMENTS = 16
CALM_TIMES = 400
"""So that a document takes a moment, and a kill can hit it."""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A folder of documents: calm ones, leaks of several sizes, two with the same content, one that is no text."""
    folder = tmp_path / "dump"
    folder.mkdir()
    for number in range(DOCUMENTS):
        text = CALM_TEXT * CALM_TIMES + (leak_text(number % 5, 6) if number % 4 else "") + f"\n{number % 14}\n"
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    (folder / "noise.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    return folder


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """What starts schedulers and workers, and ends them all."""
    made = Processes(tmp_path)
    yield made
    made.close()

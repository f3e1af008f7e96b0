"""What a run held at most is its own memory and its children's, and nothing of the files that they map."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np

from core.processes.peak import PeakMemory
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

HELD = 200 << 20
CHILD = f"held = bytearray({HELD}); held[::4096] = b'x' * len(held[::4096]); print(flush=True); input()"


def test_what_was_held_for_a_moment_counts() -> None:
    with PeakMemory() as memory:
        before = memory.mib
        held = np.ones(HELD, np.uint8)
        during = memory.mib
        del held
    assert during > before + 150
    assert memory.mib >= during


def test_children_count_while_they_live() -> None:
    with PeakMemory() as memory:
        before = memory.mib
        with ended(
            subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            during = memory.mib
            child.communicate(b"\n")
    assert during > before + 150


def test_pages_of_a_mapped_file_are_no_memory_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "mapped"
    np.zeros(HELD, np.uint8).tofile(file)
    mapped = np.memmap(file, np.uint8, "r")
    with PeakMemory() as memory:
        before = memory.mib
        assert int(mapped[::512].sum()) == 0
        assert memory.mib < before + 100

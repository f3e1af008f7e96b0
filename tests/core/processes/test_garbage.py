"""Looking seldom for cycles is still looking."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, weakref
from core.processes.garbage import expect_many_objects

class Node:
    pass

expect_many_objects()
node = Node()
node.itself = node
gone = weakref.ref(node)
del node
held = [[] for _ in range(200_000)]
print(gone() is None, gc.get_freeze_count() > 0, gc.get_threshold()[0])
"""


def test_cycles_are_found_among_many_objects() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "100000"]

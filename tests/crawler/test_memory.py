"""A sweep is held to what it holds, not to what those who started it ever held."""

from __future__ import annotations

import subprocess
import sys

GROWN = """
import resource
from crawler.polite.memory import OwnMemory
held = bytearray(400 << 20)
held[:: 4096] = b"x" * len(held[:: 4096])
del held
own = OwnMemory.get_virtual_size(object())
print(own >> 20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def test_what_was_given_back_does_not_count() -> None:
    done = subprocess.run([sys.executable, "-c", GROWN], check=True, capture_output=True, text=True)
    own, most = map(int, done.stdout.split())
    assert own < 300 < most

"""Limits within limits: what is asked for beyond what is allowed is what is allowed."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ASK = """
import resource
from core.processes.walls.limits import limit_processor
if {hard}:
    resource.setrlimit(resource.RLIMIT_CPU, ({hard}, {hard}))
limit_processor({asked})
print(*resource.getrlimit(resource.RLIMIT_CPU))
"""


@pytest.mark.parametrize(("hard", "asked", "soft"), [(100, 1000, 100), (100, 10, 11), (0, 10, 11)])
def test_a_worker_may_have_less_processor_time_than_it_asks_for(hard: int, asked: int, soft: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(hard=hard, asked=asked)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    got, most = map(int, done.stdout.split())
    assert asked < got <= soft + 1 if soft != hard else got == hard  # a second of its own was used before
    assert most == (hard or resource.RLIM_INFINITY)

"""A few kills of what has no test of its own for it; `./run drill-kills` does two hundred, over all kinds of work."""

from __future__ import annotations

import pytest

from benchmarks.kills import main

pytestmark = pytest.mark.slow


@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_by_a_kill() -> None:
    assert main(["--kills", "4", "--kinds", "compaction,forgetting,switch,trails import", "--processes", "1"]) == 0

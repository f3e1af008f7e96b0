"""The law of sweeping, on a forum that misbehaves: what was up long enough is in the archive, once in each version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crawler.chaos.month import Month

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings

MOST_ASKED = 4
"""Times that one page may be asked for in one sweep: led on twice, and started over once."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_what_was_up_long_enough_is_kept_once_in_each_version(
    settings: Settings, database: Database, seed: int
) -> None:
    month = Month(seed, settings, database)
    month.run()
    captured = month.captured()
    wanted = {version.text for version in month.wanted()}
    assert wanted
    assert {text for text in wanted if text not in captured} == set(), month.ways
    whole = {text for topic in month.site.topics for post in topic.posts for _, text in post.versions}
    assert {text: times for text, times in captured.items() if times > 1 and text in whole} == {}, month.ways
    assert month.most_asked <= MOST_ASKED, month.ways

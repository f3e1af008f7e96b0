"""The posts of open incidents are watched, whatever their board says of them, and are let go with the incident."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from crawler.models import SeenMark
from crawler.record.patience import WATCHED
from crawler.record.standing import standing_at, watch
from tests.crawler.test_nothing_is_lost import FORUM, Site, pastes, posts, topics

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings


@pytest.fixture
def site(settings: Settings, database: Database, clock: SetClock) -> Site:
    """A site with nothing on it."""
    return Site(settings, database, clock)


def revisits(site: Site) -> set[str]:
    with site.database.read() as session:
        return set(session.scalars(select(SeenMark.revisit).where(SeenMark.step != "")))


def test_a_paste_that_is_part_of_an_incident_is_looked_at_until_it_is_gone(site: Site) -> None:
    site.pages = {"/list": pastes("1"), "/1": "one"}
    site.sweep()
    place = ("a", "http://site.example/1")
    with site.database.write() as session:
        standings = standing_at(session, [place, ("a", "http://site.example/unknown")])
        assert list(standings) == [place]
        assert watch(session, list(standings.values()), site.clock.now()) == 1
    site.sweep()
    assert "/1" in site.asked
    del site.pages["/1"]
    for _ in range(4):
        site.sweep(after=timedelta(hours=8))
    with site.database.read() as session:
        assert standing_at(session, [place])[place].gone_at is not None


def test_what_is_watched_is_let_go_when_no_incident_wants_it(site: Site) -> None:
    site.toml = FORUM
    site.pages = {"/board": topics((1, 1)), "/t/1": posts(1)}
    site.sweep()
    with site.database.write() as session:
        standings = standing_at(session, [("a", "http://site.example/t/1#p1")])
        watch(session, list(standings.values()), site.clock.now())
    assert revisits(site) == {WATCHED}
    with site.database.write() as session:
        watch(session, [], site.clock.now())
    assert revisits(site) == {"fading"}

"""The story tells every step once, in order, with its gap, and what is still to come."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from incidents import actions
from incidents.desk.story import WANTED, Moment, story_of, tell
from incidents.timeline.attention import acknowledge
from incidents.timeline.events import add_event
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take

if TYPE_CHECKING:
    from core.database import Database

NAMES = ["posted", "seen", "matched", "told", "acknowledged", "confirm-csirt", "contain"]


@given(hours=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10_000), min_size=1), is_live=st.booleans())
def test_moments_are_in_order_and_their_gaps_add_up(hours: dict[str, int], *, is_live: bool) -> None:
    told = tell([Moment(name, NOW + timedelta(hours=n)) for name, n in hours.items()], is_live=is_live)
    dated = [moment for moment in told if moment.at is not None]
    assert {moment.name for moment in dated} == set(hours)
    assert all(earlier.at <= later.at for earlier, later in pairwise(dated) if earlier.at and later.at)
    gaps = [moment.after for moment in dated if moment.after is not None]
    assert sum(gaps, timedelta()) == timedelta(hours=max(hours.values()) - min(hours.values()))
    assert all(moment.after == max(gaps) for moment in dated if moment.is_longest)
    ahead = [moment.name for moment in told if moment.at is None]
    assert ahead == [name for name in WANTED if is_live and name not in hours]


def test_the_steps_of_an_incident_with_who_took_them(database: Database) -> None:
    taken = take(database, Leaked("a list", tuple(range(30))))
    later = NOW + timedelta(minutes=7)
    with database.write() as session:
        acknowledge(session, taken.incident_id or 0, actor=by("aoi"), now=later)
        actions.act(session, taken.incident_id or 0, "confirm-csirt", actor=by("aoi"), now=later + timedelta(hours=1))
    with database.read() as session:
        story = story_of(session, taken.incident_id or 0)
    assert [(one.name, one.actor) for one in story if one.at] == [
        ("posted", ""), ("seen", ""), ("matched", ""), ("acknowledged", "aoi"), ("confirm-csirt", "aoi"),
    ]  # fmt: skip
    seen = next(one for one in story if one.name == "seen")
    assert seen.after == timedelta(hours=1)
    assert [one.name for one in story if not one.at] == ["confirm-owner", "contain", "close"]


def test_what_was_contained_and_opened_again_is_not_contained(database: Database) -> None:
    taken = take(database, Leaked("a list", tuple(range(30))))
    for step, action in enumerate(("confirm-csirt", "contain", "reopen")):
        with database.write() as session:
            actions.act(
                session, taken.incident_id or 0, action, actor=by("aoi"), now=NOW + timedelta(hours=step), reason="so"
            )
    with database.read() as session:
        story = {one.name: one for one in story_of(session, taken.incident_id or 0)}
    assert story["contain"].at is None
    assert story["reopen"].at == NOW + timedelta(hours=2)


def test_each_filed_report_is_a_mark_when_it_was_handed_in(database: Database) -> None:
    taken = take(database, Leaked("a list", tuple(range(30))))
    handed_in = NOW + timedelta(hours=3)
    with database.write() as session:
        for number, at in enumerate((handed_in, handed_in + timedelta(days=2)), 1):
            data = {"form": "rapid", "number": number, "changes": {"filed_at": [None, at.isoformat()]}}
            data |= {"about": "incident:1", "recipient": "R", "at": "", "reference": "1"}
            add_event(
                session, "report-filed", actor=by("aoi"), now=at + timedelta(days=1), incident_id=taken.incident_id,
                data=data,
            )  # fmt: skip
    with database.read() as session:
        marks = [one for one in story_of(session, taken.incident_id or 0) if one.form]
    assert [(one.form, one.number, one.actor, one.at) for one in marks] == [
        ("rapid", 1, "aoi", handed_in), ("rapid", 2, "aoi", handed_in + timedelta(days=2)),
    ]  # fmt: skip

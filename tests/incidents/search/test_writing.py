"""Events that are written together are those that are written one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from incidents.blocks import sealing
from incidents.models import Event
from incidents.timeline import events as writing
from incidents.timeline.events import NewEvent, add_event, add_events
from incidents.timeline.search import parse_query, search
from tests.actors import by
from tests.incidents.makers import NOW, wipe

if TYPE_CHECKING:
    from core.database import Database

made = st.builds(
    lambda kind, hours, source, text, key: NewEvent(
        kind, None, NOW - timedelta(hours=hours) if hours else None, "+09:00", source, {"text": text}, key
    ),
    st.sampled_from(["note", "repost"]), st.integers(0, 3), st.sampled_from(["", "forum"]), st.text(max_size=5),
    st.none() | st.sampled_from(["a", "b", "c"]),
)  # fmt: skip


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
        return [
            {name: getattr(one, name) for name in Event.__table__.columns.keys() if name != "id"}  # noqa: SIM118
            for one in events
        ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(given=st.lists(made, max_size=12), known=st.booleans())
def test_together_or_one_by_one_the_same_is_written_in_the_same_order(
    database: Database, given: list[NewEvent], *, known: bool
) -> None:
    came: list[tuple[int, list[dict[str, Any]]]] = []
    for together in (True, False):
        wipe(database)
        with database.write() as session:
            if known:
                add_event(session, "note", actor=by("suzuki"), now=NOW, data={"text": "before"}, key="b")
            if together:
                with patch.object(writing, "AT_ONCE", 5):
                    number = add_events(session, iter(given), actor=by("suzuki"), now=NOW)
            else:
                ids = [
                    add_event(
                        session, one.kind, actor=by("suzuki"), now=NOW, happened_at=one.happened_at, zone=one.zone,
                        source=one.source, data=one.data, key=one.key,
                    )
                    for one in given
                ]  # fmt: skip
                number = sum(one is not None for one in ids)
        came.append((number, rows(database)))
    assert came[0] == came[1]


def test_what_was_written_together_is_found_sealed_or_not(database: Database) -> None:
    with patch.object(sealing, "SMALL", 4), database.write() as session:
        events = [NewEvent("note", data={"text": f"together {number}"}) for number in range(10)]
        assert add_events(session, events, actor=by("suzuki"), now=NOW) == 10
    with database.read() as session:
        assert search(session, parse_query("together"), language="ja").total == 10
        assert search(session, parse_query("together 7"), language="ja").total == 1

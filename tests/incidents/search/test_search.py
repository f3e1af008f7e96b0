"""Search finds exactly what a naive scan finds, on both databases, Japanese of any length included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from sqlalchemy import insert, select

from core.query.errors import QueryError
from core.query.folding import folded
from incidents.actions import act, split
from incidents.blocks.sealing import seal
from incidents.errors import SearchError
from incidents.models import Event
from incidents.timeline.events import add_event
from incidents.timeline.search import COUNTED, histogram, parse_query, search
from incidents.timeline.sentences import search_text
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import Database
    from incidents.timeline.query import SearchQuery

WORDS = [
    "漏洩",
    "漏",
    "洩",
    "顧客リスト",
    "ｶﾀｶﾅ",
    "カタカナ",
    "Paste",
    "PASTE",
    "a",
    "%",
    "_",
    "*",
    '"',
    "o'clock",
    "𠮷野",
    "é",
    "が",
    "ー",
]
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=6).map(" ".join)


def write(database: Database, notes: Sequence[str], **given: object) -> None:
    with database.write() as session:
        for number, note in enumerate(notes):
            add_event(
                session, "note", actor=by("suzuki"), now=NOW, happened_at=NOW - timedelta(hours=7 * number),
                data={"text": note} | given,
            )  # fmt: skip


def found(database: Database, query: str | SearchQuery) -> set[int]:
    ids, after = [], ""
    with database.read() as session:
        while True:
            page = search(session, query, language="ja", after=after, limit=3)
            ids += [event.id for event in page.events]
            after = page.next
            if not after:
                break
        assert page.is_all
        assert page.total == len(ids) == len(set(ids))
        assert sum(day.events for day in histogram(session, query)) == page.total
    return set(ids)


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("漏洩", [0, 1]),
        ("漏", [0, 1, 2]),
        ("カタカナ", [1]),
        ("ｶﾀ paste", [1]),
        ('"漏洩 した"', [0]),
        ("した 漏洩", [0]),
        ("ＰＡＳＴＥ", [1]),
        ("100%", [2]),
        ("1000", []),
        ("kind:note 漏", [0, 1, 2]),
        ("kind:repost", []),
        ("kind:note kind:repost", [0, 1, 2]),
        ("actor:suzuki 洩", [0, 1]),
        ("actor:tanaka", []),
        ("http://漏.invalid/x", [2]),
        ("on:2026-11-22", [0, 1]),
        ("before:2026-11-22", [2]),
        ("after:2026/11/22 洩", [0, 1]),
        ("after:2026-11-21 before:2026-11-22", [2]),
        ("on：2026-11-21　漏", [2]),
        ("漏 -洩", [2]),
        ("paste OR 100%", [1, 2]),
        ("NOT (paste または 100%)", [0]),
        ("種類:メモ 漏", [0, 1, 2]),
        ("actor:SUZ* 洩", [0, 1]),
    ],
)
def test_queries_as_people_type_them(database: Database, query: str, hits: list[int]) -> None:
    # Noon in Japan, 05:00, and 22:00 the day before.
    write(database, ["名簿が漏洩 した", "ｶﾀｶﾅ Paste 漏洩", "漏れ 100% http://漏.invalid/x"])
    with database.read() as session:
        ids = list(session.scalars(select(Event.id).order_by(Event.id)))
    assert found(database, query) == {ids[hit] for hit in hits}


def test_search_knows_incidents_their_states_and_their_sources(database: Database) -> None:
    take(database, Leaked("one", (1, 2, 3)), source="my-paste")
    take(database, Leaked("two", (7, 8, 9)), source="forum")
    with database.write() as session:
        act(session, 2, "confirm-csirt", actor=by("suzuki"), now=NOW)
    assert len(found(database, "incident:1")) == 2
    assert len(found(database, "incident:1 incident:2 kind:opened kind:sighting kind:confirm-csirt")) == 5
    assert len(found(database, "state:confirmed kind:opened kind:sighting kind:confirm-csirt")) == 3
    assert len(found(database, "state:confirmed source:forum")) == 2
    assert len(found(database, "CSIRTが漏えいと")) == 1
    assert len(found(database, "confirmed by the csirt")) == 1
    assert len(found(database, "http://paste.invalid/1")) == 1


def test_an_incident_is_searched_with_all_that_was_merged_into_it(database: Database) -> None:
    for name, members in (("left", range(10)), ("right", range(10, 20)), ("both", range(20)), ("far", range(90, 95))):
        take(database, Leaked(name, tuple(members)))

    def of(*ids: int) -> set[int]:
        with database.read() as session:
            return set(session.scalars(select(Event.id).where(Event.incident_id.in_(ids))))

    assert of(2)
    assert found(database, "incident:1") == of(1, 2)
    assert found(database, "incident:2") == of(2)
    assert found(database, "incident:1 kind:opened incident:3") == found(database, "kind:opened")
    with database.write() as session:
        split(session, 2, actor=by("suzuki"), reason="two sellers", now=NOW)
    assert found(database, "incident:1") == of(1)


@pytest.mark.parametrize(
    "query", ["on:2026-02-30", "after:yesterday", "incident:x", "before:9999-12-31", "knd:note", "kind:nte"]
)
def test_what_cannot_be_meant_is_refused_with_a_hint(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert caught.value.hint


def test_a_place_in_the_hits_that_we_did_not_give_is_refused(database: Database) -> None:
    with database.read() as session, pytest.raises(SearchError):
        search(session, "", language="ja", after="tomorrow_7")


def test_the_chart_counts_days_of_the_readers_zone(database: Database) -> None:
    write(database, ["a", "b", "c", "d"])  # 12:00, 05:00, then 22:00 and 15:00 of the day before, in Japan
    with database.read() as session:
        japan = histogram(session, "")
        nepal = histogram(session, replace(parse_query(""), zone="Asia/Kathmandu"))
    assert [(day.day, day.events) for day in japan] == [(date(2026, 11, 21), 2), (date(2026, 11, 22), 2)]
    here = ZoneInfo("Asia/Kathmandu")
    moments = [(NOW - timedelta(hours=7 * number)).astimezone(here).date() for number in range(4)]
    assert [(day.day, day.events) for day in nepal] == [(day, moments.count(day)) for day in sorted(set(moments))]


def test_a_hundred_thousand_events_are_searched_exactly(database: Database) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    total, rare = 100_000, 12_345
    rows = [
        {
            "incident_id": None, "happened_at": start + timedelta(minutes=number), "learned_at": start, "zone": "",
            "kind": "note", "actor": f"op{number % 7}", "source": "", "data": {"text": "x"}, "key": None,
            "search_text": folded(f"出来事 {number} 担当 {number % 97} {'漏洩' if number % rare == 0 else '平常'}"),
        }
        for number in range(total)
    ]  # fmt: skip
    with database.write() as session:
        session.execute(insert(Event), rows)
    assert seal(database) == 9
    with database.read() as session:
        assert search(session, "漏洩", language="ja").total == 9
        assert search(session, "漏", language="ja").total == 9
        assert search(session, "出来事 99999", language="ja").total == 1
        assert search(session, "平常 actor:op3 担当 5 after:2026-02-01", language="ja").is_all
        newest = search(session, "担当", language="ja", limit=2)
        assert newest.total > COUNTED
        assert not newest.is_all
        assert [event.happened_at for event in newest.events] == [
            start + timedelta(minutes=n) for n in (99_999, 99_998)
        ]
        assert len(histogram(session, "漏洩")) == 9


def test_the_words_of_an_event_are_those_of_both_languages_and_of_its_data() -> None:
    text = search_text(
        "repost", {"source": "my-paste", "address": "http://X.invalid/Ａ"}, actor="Suzuki", source="my-paste"
    )
    for word in ("同じ文書がまた載った", "posted again", "http://x.invalid/a", "suzuki", "再掲載"):
        assert word in text

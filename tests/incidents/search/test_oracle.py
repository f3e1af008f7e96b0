"""Whatever is searched, and however much of it is sealed: the hits are those of a naive look at every event."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.query.expressions import All, Any, Between, Expression, Is, Not, Word
from core.query.folding import folded
from core.query.wildcards import fits
from incidents.blocks import finder, letters, sealed, sealing
from incidents.blocks.models import EventBlock
from incidents.marks import EVENT, STAR, TAG
from incidents.models import Event, Incident, MarkRow
from incidents.timeline import search as timeline
from incidents.timeline.events import add_event
from incidents.timeline.query import SearchQuery
from incidents.timeline.search import every_event, histogram, search, search_all
from tests.actors import by
from tests.incidents.makers import NOW, wipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.database import Database

WORDS = [
    "漏洩", "漏", "洩", "漏洩した", "顧客リスト", "ｶﾀｶﾅ", "カタカナ", "Paste", "PASTE", "a", "ab", "abc", "abcd",
    "bcda", "%", "_", "*", '"', "o'clock", "𠮷野家の", "é", "が", "ー", "\\", "\0", "\0\ud800", "a\0b",
]  # fmt: skip
words = st.sampled_from(WORDS) | st.text(min_size=1, max_size=5)
notes = st.lists(words, max_size=6).map(" ".join)
rows = st.tuples(
    notes, st.sampled_from(["note", "repost", "viewed"]), st.sampled_from(["Suzuki", "tanaka", "suzuki2"]),
    st.sampled_from(["", "my-paste", "forum"]), st.integers(0, 3), st.integers(-50, 5),
)  # fmt: skip


def moments() -> st.SearchStrategy[Between]:
    at = st.integers(-50, 6).map(lambda hours: NOW + timedelta(hours=hours))
    return st.builds(
        lambda field, low, high: Between(field, low, high, below=high is not None),
        st.sampled_from(["at", "learned"]), st.none() | at, st.none() | at,
    )  # fmt: skip


conditions: st.SearchStrategy[Expression] = (
    words.map(Word)
    | st.builds(Is, st.just("kind"), st.sampled_from(["note", "repost", "reading", "re*"]))
    | st.builds(Is, st.just("actor"), st.sampled_from(["suzuki", "SUZ*", "*2", "nobody"]))
    | st.builds(Is, st.just("source"), st.sampled_from(["forum", "*-paste", "*"]))
    | st.builds(Is, st.just("state"), st.sampled_from(["open", "closed", "c*"]))
    | st.integers(0, 4).map(lambda number: Between("incident", number, number))
    | st.just(Between("incident", 2, None))
    | st.builds(Is, st.just("tag"), st.sampled_from(["要確認", "night*", "NIGHT 1", "*", "none"]))
    | st.builds(Is, st.just("starred"), st.sampled_from(["yes", "no"]))
    | moments()
)
expressions = st.recursive(
    conditions,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks of four events and of eight, pages and budgets of a few: everything that happens at size happens here."""
    with (
        patch.object(sealing, "SMALL", 4), patch.object(sealing, "LARGE", 8), patch.object(finder, "_FIRST_TEXTS", 2),
        patch.object(finder, "_MORE_TEXTS", 3), patch.object(finder, "_TOGETHER", 2),
    ):  # fmt: skip
        yield


def write(database: Database, given: Sequence[tuple[str, str, str, str, int, int]]) -> None:
    with database.write() as session:
        for number in range(3):
            session.add(
                Incident(
                    id=number + 1, state=["open", "confirmed", "closed"][number], severity="low", opened_at=NOW,
                    updated_at=NOW, first_seen_at=NOW, members=b"", fields={"phone": 1}, sources=[f"site-{number}"],
                )
            )  # fmt: skip
    for number, (note, kind, actor, source, incident, hours) in enumerate(given):
        with database.write() as session:
            add_event(
                session, kind, actor=by(actor), now=NOW + timedelta(seconds=number), incident_id=incident or None,
                happened_at=NOW + timedelta(hours=hours), source=source, data={"text": note},
            )  # fmt: skip


def naive(  # noqa: C901  # one line a kind
    database: Database, expression: Expression, marks: dict[int, list[str]] | None = None
) -> list[int]:
    """The ids of the events that fit, newest first, from every row and without anything of the search's."""
    from incidents.timeline.readings import READINGS, SIGN_INS

    with database.read() as session:
        states = dict(session.execute(select(Incident.id, Incident.state)).all())
        events = session.scalars(select(Event)).all()

    def marks_of(event: Event) -> list[str]:
        return (marks or {}).get(event.id, [])

    def holds(one: Expression, event: Event) -> bool:  # noqa: C901, PLR0911  # one line a kind
        match one:
            case Word(text):
                return folded(text) in event.search_text
            case Is("kind", "reading"):
                return event.kind in (*READINGS, *SIGN_INS)
            case Is("state", value):
                return event.incident_id is not None and fits(value, states[event.incident_id])
            case Is("starred", value):
                return ("" in marks_of(event)) == (value == "yes")
            case Is("tag", value):
                return any(tag and fits(value.lower(), tag.lower()) for tag in marks_of(event))
            case Is(field, value):
                return fits(value.lower(), str(getattr(event, field)).lower())
            case Between("incident", low, high):
                number = event.incident_id
                return number is not None and low <= number and (high is None or number <= high)  # type: ignore[operator]
            case Between(field, low, high):
                at = event.happened_at if field == "at" else event.learned_at
                return (low is None or at >= low) and (high is None or at < high)  # type: ignore[operator]
            case All(parts):
                return all(holds(part, event) for part in parts)
            case Any(parts):
                return any(holds(part, event) for part in parts)
            case Not(part):
                return not holds(part, event)

    found = [event for event in events if holds(expression, event)]
    return [event.id for event in sorted(found, key=lambda event: (event.happened_at, event.id), reverse=True)]


def put_marks(database: Database, given: Sequence[tuple[int, str]]) -> dict[int, list[str]]:
    """Tag some of the events, or star them where there is no tag; gives what each of them has."""
    there: dict[int, list[str]] = {}
    with database.write() as session:
        ids = session.scalars(select(Event.id).order_by(Event.id)).all()
        for number, tag in given:
            about, kind = ids[number % len(ids)], TAG if tag else STAR
            if tag not in there.setdefault(about, []):
                there[about].append(tag)
                session.add(MarkRow(about_kind=EVENT, about=str(about), kind=kind, text=tag, actor="suzuki", at=NOW))
        session.add(MarkRow(about_kind="record", about="1.1", kind=TAG, text="要確認", actor="suzuki", at=NOW))
    return there


def pages(database: Database, query: SearchQuery, limit: int = 3) -> list[int]:
    ids, after = [], ""
    with database.read() as session:
        while True:
            page = search(session, query, language="ja", after=after, limit=limit)
            ids += [event.id for event in page.events]
            if not page.next:
                return ids
            assert page.next != after
            after = page.next


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    given=st.lists(rows, max_size=25), asked=st.lists(expressions, min_size=1, max_size=6), read=st.integers(1, 9),
    marks=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "要確認", "Night 1", "night 2"])), max_size=9),
    characters=st.sampled_from([1, 30, 1 << 16]),
)  # fmt: skip
def test_any_search_finds_what_a_naive_look_finds(
    database: Database,
    given: list[tuple[str, str, str, str, int, int]],
    asked: list[Expression],
    read: int,
    marks: list[tuple[int, str]],
    characters: int,
) -> None:
    wipe(database)
    with patch.object(letters, "_MOST_CHARACTERS", characters):
        write(database, given)
    put = put_marks(database, marks) if given else {}
    wanted = [naive(database, expression, put) for expression in asked]
    for is_sealed in (False, True):
        if is_sealed:
            with patch.object(letters, "_MOST_CHARACTERS", characters):
                sealing.seal(database)
        with patch.object(finder, "MOST_READ", read):
            for expression, ids in zip(asked, wanted, strict=True):
                assert pages(database, SearchQuery(expression)) == ids
        for expression, ids in zip(asked, wanted, strict=True):
            with database.read() as session:
                found = search_all(session, SearchQuery(expression), language="en")
                assert [event.id for event in every_event(session, SearchQuery(expression), language="en")] == ids
            assert found.page.is_all
            assert found.page.total == len(ids) == sum(day.events for day in found.days)
            assert sum(value.events for value in found.facets.kind) == len(ids)
            tags = Counter(tag.lower() for one in ids for tag in put.get(one, []) if tag)
            assert {tag.value: tag.events for tag in found.facets.tag} == tags


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    given=st.lists(rows, min_size=9, max_size=25), asked=expressions, limit=st.integers(1, 6), read=st.integers(1, 9)
)
def test_what_is_counted_is_never_more_than_there_is_and_says_where_it_ends(
    database: Database, given: list[tuple[str, str, str, str, int, int]], asked: Expression, limit: int, read: int
) -> None:
    wipe(database)
    write(database, given)
    sealing.seal(database)
    ids = naive(database, asked)
    with patch.object(finder, "MOST_READ", read), database.read() as session:
        from incidents.timeline.compiled import compiled

        counted = finder.Finder(session, *compiled(session, SearchQuery(asked))).count(limit=limit)
        happened = dict(session.execute(select(Event.id, Event.happened_at)).all())
    if counted.is_all:
        assert counted.total == len(ids)
        return
    from incidents.blocks.rows import moment_of

    assert counted.since is not None
    assert counted.total <= len(ids)
    assert counted.total >= sum(happened[one] > moment_of(counted.since) for one in ids)


def test_every_event_is_in_one_block_at_most_and_large_blocks_take_the_place_of_small_ones(database: Database) -> None:
    write(database, [(f"note {number}", "note", "suzuki", "", 1, number % 7 - 5) for number in range(30)])
    with database.read() as session:
        small = session.scalars(select(EventBlock.size)).all()
    assert list(small) == ([4] * 7 if database.is_sqlite else [])
    assert sealing.seal(database) == (3 if database.is_sqlite else 4)
    with database.read() as session:
        blocks = session.scalars(select(EventBlock).order_by(EventBlock.first_id)).all()
    assert [block.size for block in blocks] == [8, 8, 8, 4]
    assert all(one.last_id < other.first_id for one, other in pairwise(blocks))
    assert sealing.seal(database) == 0


def test_what_was_rolled_back_is_in_no_block(database: Database) -> None:
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(3)])
    with database.engine.connect() as connection, Session(connection) as session:
        for number in range(9):
            add_event(session, "note", actor=by("suzuki"), now=NOW, data={"text": f"lost {number}"})
        session.rollback()
    with database.write() as session:
        for _ in range(6):
            add_event(session, "note", actor=by("suzuki"), now=NOW, data={"text": "kept"})
    sealing.seal(database)
    assert pages(database, SearchQuery(Word("lost"))) == []
    assert len(pages(database, SearchQuery(Word("kept")))) == 6


def test_an_event_that_comes_into_sight_late_is_found(database: Database) -> None:
    """Somebody takes an id, somebody else commits larger ones and seals, then the first commits."""
    if database.is_sqlite:
        pytest.skip("one writer at a time: ids come into sight in their order")
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with database.write() as session:
            add_event(session, "note", actor=by("slow"), now=NOW, data={"text": "latecomer"})
            began.set()
            may_end.wait(30)

    thread = threading.Thread(target=slow)
    thread.start()
    began.wait(30)
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(9)])
    sealing.seal(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EventBlock)) == 0
    may_end.set()
    thread.join()
    assert len(pages(database, SearchQuery(Word("latecomer")))) == 1
    sealing.seal(database)
    assert len(pages(database, SearchQuery(Word("latecomer")))) == 1


def test_what_is_sealed_after_the_blocks_were_listed_is_found(database: Database) -> None:
    """Each statement of PostgreSQL sees what was committed before it: a search may list blocks, then meet others."""
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(16)])
    with database.read() as session:
        before = [block.number for block in sealed.list_blocks(session)]
    sealing.seal(database)
    with database.read() as session:
        assert sealed.list_blocks(session)

    def listed(session: Session) -> list[sealed.SealedBlock]:
        return [block for block in sealed.list_blocks(session) if block.number in before]

    with patch.object(finder, "list_blocks", listed):
        assert len(pages(database, SearchQuery(Word("note")))) == 16


@pytest.mark.parametrize("times", [1, 2])
def test_a_search_that_meets_a_sealing_begins_again(database: Database, times: int) -> None:
    """Small blocks become a large one between the listing of the blocks and the reading of their leaves."""
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(16)])
    sealing.seal(database)
    gone: list[int] = []

    def fetch(blocks: list[sealed.SealedBlock], wanted: dict[int, list[int]]) -> None:
        if len(gone) < times:
            gone.append(1)
            raise sealed.BlockGoneError
        sealed.fetch(blocks, wanted)

    def every(ask: Callable[[Session], list[int]]) -> list[int]:
        gone.clear()
        with patch.object(finder, "fetch", fetch), database.read() as session:
            found = ask(session)
        assert len(gone) == times
        return found

    query = SearchQuery(Word("note"))
    ids = pages(database, query)
    assert len(ids) == 16
    assert every(lambda session: [one.id for one in search(session, query, language="en").events]) == ids
    assert every(lambda session: [one.id for one in search_all(session, query, language="en").page.events]) == ids
    assert every(lambda session: [sum(day.events for day in histogram(session, query))]) == [16]
    with patch.object(timeline, "_AT_ONCE", 5):
        assert every(lambda session: [one.id for one in every_event(session, query, language="en")]) == ids


def test_each_leaf_is_read_once_for_a_page_with_its_facets_and_its_days(database: Database) -> None:
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(16)])
    sealing.seal(database)
    read: list[tuple[int, int]] = []
    fetch = sealed.fetch

    def noted(blocks: list[sealed.SealedBlock], wanted: dict[int, list[int]]) -> None:
        given = {block.number: block for block in blocks}
        for bucket, numbers in wanted.items():
            read.extend((number, bucket) for number in numbers if bucket not in given[number].leaves)
        fetch(blocks, wanted)

    with patch.object(finder, "fetch", noted), patch.object(sealed, "fetch", noted), database.read() as session:
        found = search_all(session, SearchQuery(Word("note")), language="en")
    assert sum(day.events for day in found.days) == 16
    assert [(one.value, one.events) for one in found.facets.kind] == [("note", 16)]
    assert [key for key, times in Counter(read).items() if times > 1] == []


def test_leaves_of_a_block_that_is_no_more_are_not_taken_for_empty(database: Database) -> None:
    write(database, [(f"note {number}", "note", "suzuki", "", 1, 0) for number in range(16)])
    sealing.seal(database)
    with database.read() as session:
        blocks = sealed.list_blocks(session)
        session.execute(EventBlock.__table__.delete())  # type: ignore[attr-defined]
        with pytest.raises(sealed.BlockGoneError):
            sealed.fetch(blocks, {-1: [block.number for block in blocks]})
        session.rollback()
    assert len(pages(database, SearchQuery(Word("note")))) == 16

"""Searches over access records: what they ask, and that names stand in them as handles."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.query.errors import QueryError
from core.query.expressions import All, Is, Not, Word
from core.query.parser import parse
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.trails.explore.naive import ZONES, seeded, write_random
from trails.explore.conditions import (
    AtRows,
    ClockHours,
    Either,
    Every,
    InSessions,
    NamedIn,
    NamedLike,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
)
from trails.explore.handles import Handles, is_handle, mask_of
from trails.explore.language import ACTION_NAMES, FIELDS, PLAIN, condition_of, unheard_words
from trails.explore.questions import ask
from trails.fields import ACTIONS, OTHER_ACTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.query.expressions import Expression
    from trails.explore.conditions import Condition


class Known:
    """Handles are upper-cased names here; customers and leaks are numbers."""

    def names(self, kind: str, value: str) -> Sequence[str]:
        """What a value means."""
        return [f"{kind}/{value}"]

    def customers(self, value: str) -> Sequence[int]:
        """The number itself."""
        return [int(value)]

    def leaked(self, incident_id: int) -> Sequence[int]:
        """Two customers."""
        return [incident_id, incident_id + 1]

    def tagged(self, tag: str) -> Sequence[tuple[int, int]]:
        """Two records of one file."""
        return [(1, 7), (1, 3)] if tag == "night" else []

    def starred(self) -> Sequence[tuple[int, int]]:
        """One record."""
        return [(2, 5)]


def asked(text: str) -> Condition:
    with tempfile.TemporaryDirectory() as folder:
        explorer = write_random(seeded(5), Path(folder), ZONES[0]).explorer
        now = datetime(2026, 11, 22, tzinfo=UTC)
        return condition_of(parse(text, FIELDS, "Asia/Tokyo", now=now), explorer, Known())


def test_fields_become_conditions() -> None:
    assert asked("") == Every()
    assert asked("操作:照会,エクスポート") == NamedIn("action", frozenset({"view", "export"}))
    assert asked("operator:x") == NamedIn("operator", frozenset({"operator/x"}))
    assert asked("terminal:x,y") == NamedIn("terminal", frozenset({"terminal/x", "terminal/y"}))
    assert asked("session:x") == InSessions(frozenset({"session/x"}))
    assert asked("outcome:ok") == NamedIn("outcome", frozenset({"OK"}))
    assert asked("system:c*") == NamedIn("system", frozenset({"crm"}))
    tagged, starred, others = asked("tag:night"), asked("星:あり"), asked("starred:no")
    assert isinstance(tagged, AtRows)
    assert isinstance(starred, AtRows)
    assert isinstance(others, Without)
    assert {part: rows.tolist() for part, rows in tagged.rows.items()} == {1: [3, 7]}
    assert {part: rows.tolist() for part, rows in starred.rows.items()} == {2: [5]}
    assert asked("hour:22..23") == ClockHours(frozenset({22, 23}))
    assert asked("時:<6") == ClockHours(frozenset(range(6)))
    assert asked("曜日:週末") == Weekdays(frozenset({5, 6}))
    assert asked("weekday:mon") == Weekdays(frozenset({0}))
    assert asked("-hour:3") == Without(ClockHours(frozenset({3})))
    assert asked("crm") == NamedLike(PLAIN, "crm")
    assert asked("hour:1 OR crm") == Either((ClockHours(frozenset({1})), NamedLike(PLAIN, "crm")))


def test_days_are_those_of_the_zone() -> None:
    begin = int(datetime(2026, 11, 2, 15, tzinfo=UTC).timestamp())
    assert asked("on:2026-11-03") == TimeSpan(begin, begin + 86_400)
    assert asked("after:2026-11-03") == TimeSpan(begin, 1 << 32)
    assert asked("before:2026-11-03") == TimeSpan(0, begin)


def test_customers_and_leaks_are_digests() -> None:
    one, leak = asked("お客様:7"), asked("leak:3")
    assert isinstance(one, OfSubjects)
    assert isinstance(leak, OfSubjects)
    assert (one.digests.tolist(), leak.digests.tolist()) == ([7], [3, 4])
    with pytest.raises(QueryError):
        asked("leak:x")


WORDS = [
    "op-1", "OP", "佐藤", "T1", "10.0.0.1", "委託先", "s1", "a", "sal", "OK", "失", "h1", "VIEW", "crm", "bill", "x y",
    "e",
]  # fmt: skip


@given(seed=st.integers(0, 1 << 32), word=st.sampled_from(WORDS), denied=st.booleans())
def test_words_look_into_fields_that_are_no_names_and_what_they_do_not_find_is_unheard(
    seed: int, word: str, *, denied: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given_rows = write_random(seeded(seed), Path(folder), ZONES[0])
        plain = ("system", "action", "outcome", "extract", "host")
        hits = [row for row in given_rows.rows if any(word.casefold() in (row[n] or "").casefold() for n in plain)]
        said: Expression = All((Not(Word(word)) if denied else Word(word), Is("hour", "1")))
        assert unheard_words(said, given_rows.explorer) == (set() if hits else {word})
        assert ask(given_rows.explorer, condition_of(Word(word), given_rows.explorer, Known())).rows == len(hits)


def test_every_action_has_a_name_in_japanese() -> None:
    assert set(ACTION_NAMES) == {*ACTIONS, OTHER_ACTION}


def test_a_handle_is_keyed_and_tells_kinds_apart() -> None:
    one, other = (Handles(Digester(Key(letter * 32))) for letter in (b"a", b"b"))
    handle = one.of("operator", "佐藤")
    assert is_handle(handle)
    assert handle == one.of("operator", "佐藤")
    assert len({handle, other.of("operator", "佐藤"), one.of("account", "佐藤"), one.of("operator", "鈴木")}) == 4
    assert one.find("operator", handle, ["鈴木", "佐藤"]) == ["佐藤"]
    assert "佐藤" not in one.masked("operator", "佐藤")
    assert mask_of(handle) == one.masked("operator", "佐藤")

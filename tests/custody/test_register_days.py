"""Laws of the register as it is read: of any day it is what was written down, however much of it is read at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import Base, Database
from custody.lifecycle import ERASE, RETURN
from custody.register.history import Act
from custody.register.holdings import add_extract, copy_on, end, get_extract, lend, reopen, set_extract
from custody.register.overview import register_on
from custody.register.processors import add_processor, get_processor
from custody.register.search import SORTS, RegisterQuery, extracts_among, find_extracts, sort_extracts
from custody.register.shelf import RegisterShelf

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
EXTRACTS, HOLDERS = ("calls", "sales", "billing"), ("甲社", "乙社", "丙社")
PURPOSES = ("", "営業", "調査")


@dataclass
class Copies:
    """What somebody with a pencil would have noted: by extract and holder, each day with the state from then on."""

    since: dict[tuple[str, str], date] = field(default_factory=dict)
    states: dict[tuple[str, str], list[tuple[date, str]]] = field(default_factory=dict)
    purposes: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    added: dict[str, date] = field(default_factory=dict)

    def on(self, day: date) -> set[tuple[str, str, str, str]]:
        """Every copy of a day, and every extract without one, as (extract, holder, state, purpose)."""
        seen = set()
        for (extract, holder), since in self.since.items():
            if since <= day:
                seen.add((extract, holder, _latest(self.states[extract, holder], day), self._purpose(extract, day)))
        without = {name for name, on in self.added.items() if on <= day} - {one[0] for one in seen}
        return seen | {(name, "", "", self._purpose(name, day)) for name in without}

    def _purpose(self, extract: str, day: date) -> str:
        return _latest(self.purposes[extract], day)


def _latest(steps: list[tuple[date, str]], day: date) -> str:
    """What was written last of the latest day up to this one; what came first where nothing had come yet."""
    before = [(on, place) for place, (on, _value) in enumerate(steps) if on <= day]
    return steps[max(before)[1]][1] if before else steps[0][1]


deeds = st.lists(
    st.tuples(
        st.sampled_from(["lend", "copy", "return", "erase", "reopen", "purpose"]),
        st.sampled_from(EXTRACTS), st.sampled_from(HOLDERS), st.sampled_from(HOLDERS), st.integers(0, 60),
        st.sampled_from(PURPOSES),
    ),
    max_size=25,
)  # fmt: skip


def _do(session: Session, noted: Copies, deed: tuple[str, str, str, str, int, str]) -> None:
    kind, extract, holder, other, days, purpose = deed
    on = FIRST + timedelta(days=days)
    act, key = Act("keeper", NOW, on, "why"), (extract, holder)
    states = noted.states.get(key)
    now = states[-1][1] if states else ""
    if kind == "purpose":
        set_extract(session, extract, {"purpose": purpose}, act)
        if purpose != noted.purposes[extract][-1][1]:
            noted.purposes[extract].append((on, purpose))
    elif kind == "lend" and not now:
        lend(session, get_extract(session, extract), get_processor(session, holder), act)
        noted.since[key], noted.states[key] = on, [(on, "lent")]
    elif kind == "copy" and now == "lent" and (extract, other) not in noted.states:
        copy_on(session, extract, holder, other, act)
        noted.since[extract, other], noted.states[extract, other] = on, [(on, "lent")]
    elif kind == "return" and now == "lent" and on >= noted.since[key]:
        end(session, extract, holder, RETURN, act)
        noted.states[key].append((on, "returned"))
    elif kind == "erase" and now in {"lent", "returned"} and on >= noted.since[key]:
        end(session, extract, holder, ERASE, act)
        noted.states[key].append((on, "erased"))
    elif kind == "reopen" and now in {"returned", "erased"} and on >= noted.since[key]:
        reopen(session, extract, holder, act)
        noted.states[key].append((on, "lent"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(deeds, st.lists(st.integers(-5, 70), min_size=1, max_size=5))
def test_the_register_of_any_day_is_what_was_written_down(
    done: list[tuple[str, str, str, str, int, str]], days: list[int]
) -> None:
    database, noted = Database("sqlite://"), Copies()
    Base.metadata.create_all(database.engine)
    try:
        shelf = RegisterShelf()
        with database.write() as session:
            for name in HOLDERS:
                add_processor(session, name, {}, Act("keeper", NOW, FIRST))
            for name in EXTRACTS:
                add_extract(session, name, {"as_of": FIRST}, Act("keeper", NOW, FIRST))
                noted.added[name], noted.purposes[name] = FIRST, [(FIRST, "")]
            for place, deed in enumerate(done):
                _do(session, noted, deed)
                if place % 3 == 0:
                    shelf.extracts_on(session, FIRST + timedelta(days=days[0]))
        with database.read() as session:
            for number in days:
                day = FIRST + timedelta(days=number)
                lines = register_on(session, day)
                assert {(o.extract, o.processor, o.standing, o.purpose) for o in lines} == noted.on(day)
                assert shelf.extracts_on(session, day) == extracts_among(lines), "what is kept is what is read"
                for name in EXTRACTS:
                    alone = register_on(session, day, only=[name])
                    assert alone == [line for line in lines if line.extract == name]
    finally:
        database.close()


def test_what_is_kept_of_the_register_gives_way_to_a_change(database: Database) -> None:
    shelf, act = RegisterShelf(), Act("keeper", NOW, FIRST)
    with database.write() as session:
        add_processor(session, "甲社", {}, act)
        add_extract(session, "calls", {}, act)
    with database.read() as session:
        before = shelf.extracts_on(session, FIRST)
        assert shelf.extracts_on(session, FIRST) is before
        assert [one.standing for one in before] == ["unlent"]
    with database.write() as session:
        lend(session, get_extract(session, "calls"), get_processor(session, "甲社"), act)
    with database.read() as session:
        (after,) = shelf.extracts_on(session, FIRST)
        assert (after.standing, [copy.processor for copy in after.holding]) == ("lent", ["甲社"])


def test_extracts_are_found_by_every_word_and_sorted_as_asked(database: Database) -> None:
    act = Act("keeper", NOW, FIRST)
    with database.write() as session:
        add_processor(session, "甲社", {}, act)
        late = {"due_on": FIRST + timedelta(days=1), "size": 5, "purpose": "夏の 営業", "contract_kind": "A"}
        add_extract(session, "a-late", late, act)
        add_extract(session, "b-held", {"size": 900, "purpose": "調査"}, act)
        add_extract(session, "c-new", {"contract_kind": "B"}, act)
        for name in ("a-late", "b-held"):
            lend(session, get_extract(session, name), get_processor(session, "甲社"), act)
    with database.read() as session:
        every = extracts_among(register_on(session, FIRST + timedelta(days=9)))

    def found(**wanted: str) -> list[str]:
        return [one.name for one in find_extracts(every, RegisterQuery(**wanted))]

    assert found(text="営業 夏") == ["a-late"]
    assert found(text="甲社 B-") == ["b-held"]
    assert found(standing="overdue") == ["a-late"]
    assert found(standing="lent") == ["a-late", "b-held"]
    assert found(standing="unlent") == found(contract="B") == ["c-new"]
    assert found(processor="甲社") == ["a-late", "b-held"]
    assert found(processor="甲") == []
    assert [one.name for one in sort_extracts(every, "size")] == ["b-held", "a-late", "c-new"]
    assert sort_extracts(every, "due")[0].name == "a-late"
    assert [one.name for one in sort_extracts(every, "standing")] == ["a-late", "b-held", "c-new"]
    for by in (*SORTS, "nonsense"):
        assert sorted(one.name for one in sort_extracts(every, by)) == ["a-late", "b-held", "c-new"]

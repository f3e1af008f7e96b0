"""Whoever asks a host, from whatever source and process, waits for its turn and for the pause of the slowest."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from crawler.models import HostTurn
from crawler.polite.turns import HostTurns, LoneTurns, Turns

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database

CHILD = Path(__file__).with_name("asking_child.py")
HOLD_S = 1e6


def ask_in_a_child(database_url: str, source: str, delay: float, times: int, *keys: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), database_url, source, str(delay), str(times), *keys]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def requests_of(children: list[subprocess.Popen[str]]) -> list[tuple[set[str], float, float]]:
    """What they asked, and from when till when, in order."""
    lines = [line.split() for child in children for line in child.communicate(timeout=120)[0].splitlines()]
    return sorted(((set(keys.split(",")), float(a), float(b)) for keys, a, b in lines), key=lambda one: one[1])


@pytest.mark.slow
@pytest.mark.both_databases
def test_processes_that_share_a_host_or_an_address_never_ask_sooner_than_its_pause(database_url: str) -> None:
    pauses = {"site.example": 0.08, "198.51.100.1": 0.08, "alias.example": 0.01, "198.51.100.2": 0.01}
    assert requests_of([ask_in_a_child(database_url, "a", 0.08, 1, "site.example", "198.51.100.1")])
    children = [
        ask_in_a_child(database_url, "a", 0.08, 12, "site.example", "198.51.100.1"),
        ask_in_a_child(database_url, "b", 0.01, 12, "site.example", "198.51.100.1"),
        ask_in_a_child(database_url, "c", 0.01, 12, "alias.example", "198.51.100.1"),
        ask_in_a_child(database_url, "d", 0.01, 12, "elsewhere.example", "198.51.100.2"),
    ]
    asked = requests_of(children)
    assert len(asked) == 4 * 12
    for key, pause in pauses.items():
        of_key = [(began, ended) for keys, began, ended in asked if key in keys]
        # A millisecond is for the two clocks of a machine, of which one is slowed down and sped up to be right.
        assert min(began - ended for (_, ended), (began, _) in pairwise(of_key)) >= pause - 0.001, key


@pytest.mark.slow
@pytest.mark.both_databases
def test_who_dies_with_a_turn_leaves_the_host_a_pause_and_nothing_else(database: Database, database_url: str) -> None:
    child = ask_in_a_child(database_url, "a", 0.2, 0, "site.example")
    assert not requests_of([child])
    assert child.returncode < 0
    with database.read() as session:
        assert session.get_one(HostTurn, "site.example").holder
    assert len(requests_of([ask_in_a_child(database_url, "b", 0.0, 2, "site.example")])) == 2


class _Replay:
    """Turns of some sources at some hosts, on a clock that only the test moves."""

    def __init__(self, database: Database, clock: SetClock) -> None:
        self.clock = clock
        self.sources = {name: HostTurns(name, database, clock) for name in "abc"}

    def ask(self, source: str, keys: list[str], delay: float) -> bool:
        """Wait as long as it takes, unless somebody else holds it."""
        for _ in range(3):
            wait = self.sources[source].ask(keys, delay, HOLD_S)
            if not wait:
                return True
            self.clock.advance(timedelta(seconds=wait))
        return False


asks = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.lists(st.sampled_from(["x", "y", "1", "2"]), min_size=1, max_size=2, unique=True),
        st.sampled_from([0.0, 1.0, 5.0]),
        st.sampled_from(["ends", "holds"]),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(asks)
def test_nobody_gets_a_turn_that_another_holds_or_before_the_pause_is_over(
    database: Database, clock: SetClock, asked: list[tuple[str, list[str], float, str]]
) -> None:
    with database.write() as session:
        session.execute(delete(HostTurn))
    replay, held, free_at = _Replay(database, clock), dict[str, str](), dict[str, float]()
    for source, keys, delay, how in asked:
        if not replay.ask(source, keys, delay):
            assert any(held.get(key, source) != source for key in keys)
            continue
        now = clock.now().timestamp()
        assert all(held.get(key, source) == source for key in keys)
        assert all(free_at.get(key, 0.0) <= now for key in keys)
        if how == "ends":
            replay.sources[source].end(keys)
            for key in keys:
                held.pop(key, None)
                free_at[key] = now + delay
        else:
            held.update(dict.fromkeys(keys, source))


def test_a_source_that_wants_to_be_quicker_is_as_slow_as_the_slowest(database: Database, clock: SetClock) -> None:
    slow, quick = HostTurns("slow", database, clock), HostTurns("quick", database, clock)
    assert slow.ask(["site.example"], 30, HOLD_S) == 0
    slow.end(["site.example"])
    assert quick.ask(["site.example"], 1, HOLD_S) == pytest.approx(30)
    clock.advance(timedelta(seconds=30))
    assert quick.ask(["site.example"], 1, HOLD_S) == 0
    quick.end(["site.example"])
    assert quick.ask(["site.example"], 1, HOLD_S) == pytest.approx(30)


def test_a_source_that_is_gone_slows_nobody_down_after_a_day(database: Database, clock: SetClock) -> None:
    gone, quick = HostTurns("gone", database, clock), HostTurns("quick", database, clock)
    gone.ask(["site.example"], 30, HOLD_S)
    gone.end(["site.example"])
    clock.advance(timedelta(days=1, seconds=1))
    assert quick.ask(["site.example"], 1, HOLD_S) == 0
    quick.end(["site.example"])
    assert quick.ask(["site.example"], 1, HOLD_S) == pytest.approx(1)


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_all(database: Database, clock: SetClock) -> None:
    one, other = HostTurns("one", database, clock), HostTurns("other", database, clock)
    one.ask(["site.example", "198.51.100.1"], 1, HOLD_S)
    one.end(["site.example", "198.51.100.1"])
    one.put_off("site.example", 3600)
    assert other.ask(["site.example"], 1, HOLD_S) == pytest.approx(3600)
    clock.advance(timedelta(seconds=2))
    assert other.ask(["neighbour.example", "198.51.100.1"], 1, HOLD_S) == 0


def test_turns_that_a_sweep_left_are_given_back_at_its_end(database: Database, clock: SetClock) -> None:
    one, other = HostTurns("one", database, clock), HostTurns("other", database, clock)
    one.ask(["site.example"], 0, HOLD_S)
    assert other.ask(["site.example"], 0, HOLD_S) > 0
    one.end_all()
    assert other.ask(["site.example"], 0, HOLD_S) == 0


def test_without_a_database_a_process_still_keeps_its_own_pause() -> None:
    turns: Turns = LoneTurns()
    assert turns.ask(["site.example"], 30, HOLD_S) == 0
    turns.end(["site.example"])
    assert 29 < turns.ask(["site.example"], 30, HOLD_S) <= 30
    assert turns.ask(["other.example"], 30, HOLD_S) == 0

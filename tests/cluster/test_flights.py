"""Units that are out: whoever kills workers is found, and nobody beside it goes down with it."""

from __future__ import annotations

import random
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.engine import SUSPECT_DEATHS
from cluster.flights import LONE_DEATHS, Flights
from cluster.units import DONE, REPLIES
from judging.child import JudgingError

if TYPE_CHECKING:
    from collections.abc import Collection

IN_HAND = 3
"""Units that a worker has: the one it does, and some beside it."""


@dataclass(eq=False)
class Try:
    """A future."""

    key: str
    packed: bytes
    status: str = "pending"

    def result(self, timeout: float) -> bytes:
        """The answer: what was asked."""
        assert timeout > 0
        return REPLIES.pack((DONE, self.packed))


@dataclass
class KillingEngine:
    """An engine whose one worker dies of some units; it starts anew each time, and has others in hand as well."""

    poison: Collection[bytes]
    rng: random.Random
    line: int = 1
    address: str = "here"
    wait_s: float = 1.0
    deaths_seen: int = 0
    _waiting: list[Any] = field(default_factory=list)
    _told: list[str] = field(default_factory=list)

    def submit(self, name: str, packed: bytes, only: Collection[str] | None = None) -> Any:
        """Take a unit."""
        assert only is None
        made = Try(name, packed)
        self._waiting.append(weakref.ref(made))  # what nobody holds is let go of
        return made

    def workers(self) -> frozenset[str]:
        """Who is there."""
        return frozenset({"one", "two"})

    def is_broken(self) -> bool:
        """It never is."""
        return False

    def deaths(self) -> list[str]:
        """Who died since; time goes on by being asked."""
        self._do(self._held_by_flights())
        told, self._told = self._told, []
        return told

    def _held_by_flights(self) -> list[Any]:
        return [one for ref in self._waiting if (one := ref()) and one.status == "pending"]

    def _do(self, pending: list[Any]) -> None:
        """One unit after another, as any engine orders them; a death is told of with all that was in hand."""
        self.rng.shuffle(pending)
        if not pending:
            return
        in_hand = pending[:IN_HAND]
        if in_hand[0].packed in self.poison:
            self.deaths_seen += 1
            self._told += [one.key for one in in_hand]
        else:
            in_hand[0].status = "finished"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 8), bad=st.sets(st.integers(0, 7), max_size=3), seed=st.integers(0, 1 << 32))
def test_units_that_kill_every_worker_are_given_up_and_all_others_are_done(
    monkeypatch: pytest.MonkeyPatch, count: int, bad: set[int], seed: int
) -> None:
    monkeypatch.setattr("cluster.flights.POLL_S", 0)
    rng = random.Random(seed)  # noqa: S311  # any order will do
    engine: Any = KillingEngine({bytes([number]) for number in bad}, rng)
    out = Flights(engine, straggler_s=900)
    for number in range(count):
        out.begin(f"unit{number}", bytes([number]))
    for number in range(count):
        if number in bad:
            with pytest.raises(JudgingError, match=r"each of \d+ workers that took it ended"):
                out.land(f"unit{number}")
        else:
            assert out.land(f"unit{number}") == bytes([number])
    assert not any(f"unit{number}" in out for number in range(count))
    most = SUSPECT_DEATHS + LONE_DEATHS + 1
    assert engine.deaths_seen <= most * len(bad) * 2


def test_what_is_forgotten_is_out_no_longer() -> None:
    engine: Any = KillingEngine((), random.Random(1))  # noqa: S311  # likewise
    out = Flights(engine, straggler_s=900)
    out.begin("unit", b"x")
    assert ("unit" in out, out.size_bytes) == (True, 1)
    out.forget("unit")
    out.forget("unit")
    assert ("unit" in out, out.size_bytes) == (False, 0)


@dataclass
class SlowEngine(KillingEngine):
    """An engine that does one unit last of all."""

    slow: bytes = b""

    def _do(self, pending: list[Any]) -> None:
        super()._do([one for one in pending if one.packed != self.slow] if len(pending) > 1 else pending)


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_what_comes_later_goes_out_while_one_that_takes_long_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("cluster.flights.POLL_S", 0)
    engine: Any = SlowEngine((), random.Random(1), slow=b"head")  # noqa: S311  # likewise
    out = Flights(engine, straggler_s=900)
    later = iter(range(count))
    done_before: list[int] = []

    def send_more() -> None:
        done_before.append(len(out) - 1 - out.pending)
        if out.pending < 3 and (number := next(later, None)) is not None:  # as many as may be out
            out.begin(f"unit{number}", bytes([number]))

    out.begin("head", b"head")
    send_more()
    assert out.land("head", meanwhile=send_more) == b"head"
    assert next(later, None) is None
    assert max(done_before) >= count - 2
    assert [out.land(f"unit{number}") for number in range(count)] == [bytes([number]) for number in range(count)]


def test_nothing_goes_out_beside_a_suspect() -> None:
    engine: Any = KillingEngine({b"bad"}, random.Random(1))  # noqa: S311  # likewise
    out = Flights(engine, straggler_s=900)
    begun_at: list[int] = []

    def send_more() -> None:
        begun_at.append(engine.deaths_seen)

    out.begin("unit", b"bad")
    with pytest.raises(JudgingError):
        out.land("unit", meanwhile=send_more)
    assert begun_at
    assert max(begun_at) < SUSPECT_DEATHS

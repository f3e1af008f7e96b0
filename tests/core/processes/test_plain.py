"""Plain data: what was packed comes out again, and nothing else does, whatever somebody sends."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import HinomiError
from core.processes.failures import error_of, failure_of
from core.processes.plain import MOST_ASIDE, ForgedMessageError, Plain, count_aside
from core.processes.pool import Pool
from core.processes.worker import Worker, WorkerError
from tests.core.processes.prying import Grenade, open_thrower, throw

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Pair:
    """Two of anything."""

    left: object
    right: object


@dataclass(frozen=True, kw_only=True)
class Named:
    """One that takes names."""

    what: str


PLAIN = Plain(Pair, Named)
leaves = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.dates() | st.datetimes(timezones=st.just(UTC)) | st.builds(Named, what=st.text())
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(0, 9), inner)
        | st.builds(Pair, inner, inner)
    ),
)  # fmt: skip


@given(values)
def test_what_was_packed_comes_out_again(value: object) -> None:
    assert PLAIN.unpack(PLAIN.pack(value)) == value


class Large:
    """Something that has bytes of its own."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Large) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]  # none is wanted


WITH_LARGE = Plain(Pair, Named, others={Large: (lambda large: large.data, Large)})
with_large = st.recursive(
    st.binary(max_size=9).map(Large) | st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.builds(Pair, inner, inner),
    max_leaves=MOST_ASIDE,
)


@given(with_large)
def test_what_is_large_goes_beside_the_message_and_comes_back_to_its_place(value: object) -> None:
    said, *aside = WITH_LARGE.pack_apart(value)
    assert count_aside(said) == len(aside)
    assert WITH_LARGE.unpack_apart(said, aside) == value
    assert WITH_LARGE.unpack(WITH_LARGE.pack(value)) == value


@given(with_large, st.integers(0, MOST_ASIDE - 1))
def test_a_message_whose_large_objects_do_not_come_is_forged(value: object, missing: int) -> None:
    said, *aside = WITH_LARGE.pack_apart(value)
    if aside:
        with pytest.raises(ForgedMessageError):
            WITH_LARGE.unpack_apart(said, aside[: missing % len(aside)])


@pytest.mark.parametrize("said", [b"", bytes([MOST_ASIDE + 1]), pickle.dumps(Grenade("/tmp/never"))])  # noqa: S108
def test_more_than_may_stand_beside_a_message_is_not_waited_for(said: bytes) -> None:
    with pytest.raises(ForgedMessageError):
        count_aside(said)


def test_too_many_large_objects_are_not_packed() -> None:
    with pytest.raises(TypeError, match="large objects"):
        WITH_LARGE.pack_apart([Large(b"")] * (MOST_ASIDE + 1))


@given(st.sampled_from("bhilqBHILQfde?"), st.lists(st.integers(0, 3), max_size=3))
def test_arrays_of_numbers_keep_their_form_and_can_be_written_to(kind: str, shape: list[int]) -> None:
    array = np.arange(int(np.prod(shape)), dtype=kind).reshape(shape) if kind != "?" else np.zeros(shape, kind)
    again = PLAIN.unpack(PLAIN.pack(array))
    assert (again.dtype, again.shape, again.tolist()) == (array.dtype, array.shape, array.tolist())
    again[...] = 1


@given(st.binary() | values.map(PLAIN.pack).map(lambda data: data[:-1]))
def test_whatever_comes_is_a_value_or_forged(data: bytes) -> None:
    try:
        PLAIN.unpack(data)
    except ForgedMessageError:
        return


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), lambda: 0, Grenade("x"), open])
def test_what_is_not_plain_is_not_packed(value: object) -> None:
    with pytest.raises(TypeError, match="no plain data"):
        PLAIN.pack(value)


def test_a_class_that_the_reader_did_not_name_is_none_of_his() -> None:
    with pytest.raises(ForgedMessageError):
        Plain().unpack(PLAIN.pack(Pair(1, 2)))


@pytest.mark.parametrize("data", [pickle.dumps(Grenade("/tmp/never")), b"\xc1", b"", b"\xc7\xff\x04" + b"\xff" * 255])  # noqa: S108
def test_a_pickle_is_no_message(data: bytes) -> None:
    with pytest.raises(ForgedMessageError):
        PLAIN.unpack(data)


def test_a_worker_that_sends_a_pickle_runs_nothing_here(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    worker = Worker(throw, str(trace))
    said = worker.line.receive()
    with pytest.raises(ForgedMessageError):
        PLAIN.unpack(said)
    worker.end()
    assert not trace.exists()
    pickle.loads(said)  # noqa: S301  # what would have happened
    assert trace.exists()


def test_a_pool_whose_worker_sends_a_pickle_runs_nothing_here(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    with (
        Pool(open_thrower, str(trace), answers=Plain(), workers=1, at=str) as pool,
        pytest.raises((ForgedMessageError, WorkerError)),
    ):
        list(pool.work_through([1]))
    assert not trace.exists()


class AskingError(HinomiError):
    """One that asks for more than words."""

    exit_code = 3

    def __init__(self, *, row: int) -> None:
        super().__init__(f"row {row}", hint="Look there.")
        self.row = row
        self.held = {"a customer's": "values"}


def test_an_error_of_ours_keeps_its_words_and_leaves_behind_what_it_holds() -> None:
    again = error_of(PLAIN.unpack(PLAIN.pack(failure_of(AskingError(row=7)))))
    assert isinstance(again, AskingError)
    assert (str(again), again.hint, again.row, again.exit_code) == ("row 7", "Look there.", 7, 3)
    assert not hasattr(again, "held")


def forged(**changes: Any) -> dict[str, Any]:
    return failure_of(AskingError(row=1)) | changes


@pytest.mark.parametrize("kind", ["os:system", "builtins:SystemExit", "subprocess:Popen", "no:Such"])
def test_an_error_of_no_class_of_ours_is_the_root_of_them(kind: str) -> None:
    assert type(error_of(forged(kind=kind))) is HinomiError


def test_moments_keep_their_zone() -> None:
    moment = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert PLAIN.unpack(PLAIN.pack([moment, moment.date()])) == [moment, moment.date()]

"""Which findings are one leak: a symmetric relation of contents, sketches and customers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from incidents.same_leak import LeakContent, is_same_leak

SKETCH = tuple(range(100))
leaks = st.builds(
    LeakContent,
    sha256=st.sampled_from(["a", "b", "c"]),
    sketch=st.sampled_from([(), SKETCH, SKETCH[:90] + (0,) * 10, SKETCH[::-1]]),
    members=st.sets(st.integers(0, 15)).map(BitMap),
)


def leak(content: str, members: range, sketch: tuple[int, ...] = ()) -> LeakContent:
    return LeakContent(content, sketch, BitMap(members))


@given(leaks, leaks)
def test_the_relation_is_symmetric(one: LeakContent, other: LeakContent) -> None:
    assert is_same_leak(one, other) == is_same_leak(other, one)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (leak("a", range(3)), leak("a", range(9, 12)), True),
        (leak("a", range(1)), leak("b", range(1)), True),
        (leak("a", range(100)), leak("b", range(40, 100)), True),
        (leak("a", range(100)), leak("b", range(50, 150)), False),
        (leak("a", range(1000)), leak("b", range(5)), True),
        (leak("a", range(1000)), leak("b", range(4)), False),
        (leak("a", range(1000)), leak("b", range(997, 1003)), False),
        (leak("a", range(20), SKETCH), leak("b", range(15, 35), (*SKETCH[:85], *range(15))), True),
        (leak("a", range(20), SKETCH), leak("b", range(15, 35), (*SKETCH[:70], *range(30))), False),
        (leak("a", range(20), SKETCH), leak("b", range(20, 40), SKETCH), False),
        (leak("a", range(0)), leak("b", range(0)), False),
    ],
)
def test_reposts_samples_and_small_changes_are_one_leak_and_chance_is_not(
    one: LeakContent,
    other: LeakContent,
    same: bool,  # noqa: FBT001
) -> None:
    assert is_same_leak(one, other) is same

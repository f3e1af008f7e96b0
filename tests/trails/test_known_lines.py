"""Which lines are known: a month at a time, in bounded memory."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trails.store.known_lines import SeenLines


def as_lines(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["2026-04", "2026-05"]), st.lists(st.integers(1, 30), max_size=12)), max_size=25)
)
def test_a_line_is_new_once_however_little_is_held(blocks: list[tuple[str, list[int]]]) -> None:
    disk: dict[str, set[int]] = {"2026-04": {3, 5}, "2026-05": set()}
    waiting: dict[str, set[int]] = {}

    def let_go(month: str) -> None:
        disk[month] |= waiting.pop(month, set())

    seen = SeenLines(lambda month: as_lines(sorted(disk[month])), let_go, held_lines=4)
    known = {month: set(lines) for month, lines in disk.items()}
    for month, lines in blocks:
        new = seen.take_new(month, as_lines(lines), np.arange(len(lines)))
        for line, is_new in zip(lines, new.tolist(), strict=True):
            assert is_new == (line not in known[month])
            known[month].add(line)
            waiting.setdefault(month, set()).add(line)


def test_rows_of_one_record_go_together() -> None:
    seen = SeenLines(lambda _: as_lines([]), lambda _: None)
    new = seen.take_new("2026-04", as_lines([7, 7, 7, 9]), np.array([0, 0, 1, 2]))
    assert new.tolist() == [True, True, False, True]

"""Two texts side by side: every line of each is there once or counted, and no value is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.masking.differences import ADDED, AROUND, CHANGED, EQUAL, REMOVED, SKIPPED, compare

LINES = st.lists(st.sampled_from(["a", "b", "c", "090-0000-4127", ""]), max_size=30)
POST = "新規リスト\n氏名,電話番号\n佐伯 実花,090-0000-4127\n"


@given(LINES, LINES)
def test_every_line_is_on_its_side_or_counted_as_skipped(old: list[str], new: list[str]) -> None:
    left, right = "\n".join(old), "\n".join(new)
    rows = compare(left, right, is_leak=False)
    skipped = sum(row.skipped for row in rows if row.kind == SKIPPED)
    assert sum(row.left is not None for row in rows) + skipped == len(left.split("\n"))
    assert sum(row.right is not None for row in rows) + skipped == len(right.split("\n"))
    for row in rows:
        if row.kind == EQUAL:
            assert left.split("\n")[row.left_number - 1] == right.split("\n")[row.right_number - 1]
        if row.kind == CHANGED:
            assert row.left is not None
            assert row.right is not None
    if old == new:
        assert all(row.kind == SKIPPED for row in rows)


def test_a_repost_without_a_column_shows_what_is_missing_and_no_value() -> None:
    rows = compare(POST, POST.replace(",090-0000-4127", "") + "安くします\n", is_leak=True)
    assert [row.kind for row in rows if row.kind != EQUAL] == [CHANGED, ADDED]
    shown = "".join(piece for row in rows for side in (row.left, row.right) for kind, piece in side or () if not kind)
    assert "4127" not in shown
    assert "佐伯" not in shown


def test_long_runs_of_equal_lines_are_folded() -> None:
    old = [str(n) for n in range(100)]
    rows = compare("\n".join(old), "\n".join([*old[:50], "new", *old[50:]]), is_leak=False)
    assert [row.kind for row in rows] == [SKIPPED, *[EQUAL] * AROUND, ADDED, *[EQUAL] * AROUND, SKIPPED]
    assert REMOVED not in {row.kind for row in rows}

"""What a version says that another did not: every line of both, and in a time that nobody can make long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from reports.comparing import differences
from tests.cost import cost
from tests.reports.made_up import report_of

if TYPE_CHECKING:
    from reports.values import FilledReport

LINES = st.lists(st.sampled_from(["一", "二", "三", "四"]), min_size=1, max_size=12)


def written(text: str) -> FilledReport:
    report = report_of("同じ")
    return replace(report, items=(replace(report.items[0], written=text), *report.items[1:]))


@given(LINES, LINES)
def test_both_sides_stand_in_the_difference_in_order(before: list[str], after: list[str]) -> None:
    found = differences(written("\n".join(before)), written("\n".join(after)))
    assert bool(found) == (before != after)
    for item in found:
        old = [line for sign, line in item.lines if sign != "new"]
        new = [line for sign, line in item.lines if sign != "gone"]
        assert old[-len(before) :] == before
        assert new[-len(after) :] == after


def test_four_times_the_lines_take_about_four_times_as_long() -> None:
    """One by one thousands of short lines took minutes, of everybody who has the pages open."""

    def both(lines: int) -> tuple[FilledReport, FilledReport]:
        before = "\n".join(line for number in range(lines) for line in ("同", f"旧{number}"))
        return written(before), written(before.replace("旧", "新"))

    few, many = both(4000), both(16_000)
    assert cost(lambda: differences(*many)) < 10 * cost(lambda: differences(*few))
    (item,) = differences(*both(2000))
    assert ("gone", "旧1999") in item.lines
    assert ("new", "新1999") in item.lines

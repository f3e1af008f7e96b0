"""What one version says that another did not, item by item and line by line; pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.values import FilledItem, FilledReport

Sign = Literal["same", "gone", "new"]
MOST_COMPARED: Final = 400
"""Lines of either side that are compared one by one: the time that takes grows by their third power."""


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One item of which something changed: its heading, and its lines in order."""

    name: str
    heading: dict[str, str]
    lines: tuple[tuple[Sign, str], ...]


def differences(before: FilledReport, after: FilledReport) -> list[ItemDifference]:
    """The items of which something changed, in the order of the later report; those that are gone behind them."""
    past = {item.name: item for item in before.items}
    now = {item.name: item for item in after.items}
    found = []
    for name, item in (now | {name: one for name, one in past.items() if name not in now}).items():
        lines = _compare(_lines(past.get(name)), _lines(now.get(name)))
        if any(sign != "same" for sign, _ in lines):
            found.append(ItemDifference(name, item.heading, lines))
    return found


def _lines(item: FilledItem | None) -> list[str]:
    """What an item says, as lines: what is known, its tables, what is missing, what was written."""
    if item is None:
        return []
    lines = []
    for known in item.told:
        lines += known.text.split("\n")
        lines += [" | ".join(cell.replace("\n", " ") for cell in row) for row in known.table]
    lines += [gap.text for gap in item.open_gaps]
    return lines + (item.written.split("\n") if item.written else [])


def _compare(before: list[str], after: list[str]) -> tuple[tuple[Sign, str], ...]:
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    told: list[tuple[Sign, str]] = [("same", line) for line in before[:head]]
    told += _compare_changed(old, new)
    told += [("same", line) for line in before[len(before) - tail :]]
    return tuple(told)


def _shared(before: list[str], after: list[str]) -> int:
    """How many lines at the beginning are the same."""
    return next(
        (at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new),
        min(len(before), len(after)),
    )


def _compare_changed(before: list[str], after: list[str]) -> Iterator[tuple[Sign, str]]:
    if max(len(before), len(after)) > MOST_COMPARED:
        yield from (("gone", line) for line in before)
        yield from (("new", line) for line in after)
        return
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for _, first, last, first_new, last_new in matcher.get_opcodes():
        if before[first:last] == after[first_new:last_new]:
            yield from (("same", line) for line in before[first:last])
            continue
        yield from (("gone", line) for line in before[first:last])
        yield from (("new", line) for line in after[first_new:last_new])

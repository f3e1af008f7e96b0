"""What a hand could have meant that wrote some digits: one of them another, or two neighbours swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def digits_meant(written: str) -> Iterator[str]:
    """Every text one slip away: two unequal neighbours swapped, or one digit another."""
    for at in range(len(written) - 1):
        if written[at] != written[at + 1]:
            yield written[:at] + written[at + 1] + written[at] + written[at + 2 :]
    for at, old in enumerate(written):
        if old.isdecimal():
            yield from (written[:at] + new + written[at + 1 :] for new in "0123456789" if new != old)

"""Values as whoever says which column is which sees them: their shape, and too little to know anybody by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN: Final = 3
HIDDEN: Final = "＊"
_LONGEST: Final = 18
_RUN: Final = re.compile(r"[^\W_]+")
_LONG_RUN: Final = 5


def masked_samples(values: Sequence[str]) -> tuple[str, ...]:
    """A few different values of a column, from all over it, masked."""
    filled = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    step = max(1, len(filled) // SHOWN)
    return tuple(masked_value(value) for value in filled[::step][:SHOWN])


def masked_value(value: str) -> str:
    """A value with its signs, the first letter of each word, and of a long word the last one."""
    text = " ".join(value.split())
    shown = _RUN.sub(_masked_run, text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _masked_run(run: re.Match[str]) -> str:
    word = run.group()
    first = word[0] if run.start() == 0 or len(word) > 1 else ""
    last = word[-1] if len(word) >= _LONG_RUN else ""
    return first + HIDDEN * (len(word) - len(first) - len(last)) + last

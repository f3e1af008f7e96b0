"""What the fields of each candidate say, in one number: of millions of candidates numbers are counted, not fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.compare.candidates import SURNAME
from matcher.decide.score import CLOSE, CONTRADICTS, KINDS
from matcher.decide.verdict import EXPOSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE_PHONE: Final = 1 << len(KINDS)
"""The phone agrees in all its digits."""
BY_SURNAME: Final = WHOLE_PHONE << 1
"""The name agrees, or its reading, as far as the surname and no further."""
CONTRADICTED: Final = BY_SURNAME << 1
"""A field speaks against the subject."""
_EXPOSED: Final = WHOLE_PHONE - 1
_NAMES: Final = [KINDS.index("name"), KINDS.index("kana")]
_BITS: Final = 1 << np.arange(len(KINDS), dtype=np.uint16)


def sayings_of(agreement: NDArray[np.float16], weight: NDArray[np.float16]) -> NDArray[np.uint16]:
    """A number for each candidate: a bit for each of `KINDS` that is exposed, and the three above.

    Args:
        agreement: Of each candidate's fields, 0 to 1; NaN where there is nothing to compare.
        weight: What each field says, in bits.
    """
    said: NDArray[np.uint16] = (agreement >= EXPOSED) @ _BITS
    names = agreement[:, _NAMES]
    for bit, holds in (
        (WHOLE_PHONE, agreement[:, KINDS.index("phone")] == 1),
        (BY_SURNAME, ((names >= SURNAME - 1e-3) & (names < CLOSE)).any(axis=1)),
        (CONTRADICTED, (weight <= CONTRADICTS).any(axis=1)),
    ):
        said |= np.where(holds, np.uint16(bit), np.uint16(0))
    return said


def say(says: NDArray[np.uint16], *bits: int) -> NDArray[np.bool_]:
    """Which of the candidates say all of that."""
    wanted = np.uint16(sum(bits))
    told: NDArray[np.bool_] = (says & wanted) == wanted
    return told


def exposed_in(says: NDArray[np.uint16]) -> dict[str, int]:
    """Of how many candidates each kind of field is exposed."""
    counts = np.bincount(says & _EXPOSED, minlength=_EXPOSED + 1)
    said = np.arange(counts.size)
    return {kind: int(counts[(said >> place & 1) == 1].sum()) for place, kind in enumerate(KINDS)}


def with_nothing_but(says: NDArray[np.uint16], kind: str) -> int:
    """Of how many candidates that kind of field is exposed, and no other."""
    return int(np.count_nonzero((says & _EXPOSED) == 1 << KINDS.index(kind)))

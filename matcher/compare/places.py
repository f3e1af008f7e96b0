"""How well an address agrees with a customer's: its town by its letters, its house by its number.

An edit distance over the whole would call 1-2-3 and 1-2-8 of one town nearly the same; they are two houses. So the two
parts are compared apart and put together to one agreement, on a scale that `score` has its weights for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.secrets.sketches import agreements, as_text, equal_rows
from matcher.compare.houses import (
    DIFFERENT,
    MISSING,
    ROOMLESS,
    SAME,
    SIGNS,
    SLIP,
    compare_houses,
    house_of,
    house_within,
    spell_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index

SAME_TOWN: Final = 0.97  # agreement of towns from which they are one town
TOWN_SLIP: Final = 0.7  # and from which they may be, with a slip or without the city
WHOLE: Final = 0.97  # agreement of a stretch of a passage with a whole address
NEARLY: Final = 0.9  # agreement of whole addresses with one slip
_KIND: Final = "address"


def compare_places(
    index: Index, subjects: NDArray[np.uint32], texts: Sequence[str], alone: Sequence[bool]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Agreement of each text with the address of the subject beside it, and of its town alone; NaN without an address.

    Args:
        index: Holds the sketches.
        subjects: One for each text.
        texts: As the kind compares them.
        alone: Whether a text is an address and nothing else.
    """
    stored, given = index.sketches[_KIND].take(subjects), index.tokens(_KIND, subjects, texts)
    others = np.flatnonzero(~equal_rows(*stored, *given) | ~np.asarray(alone, np.bool_))
    agree, towns = np.ones((2, subjects.size), np.float32)
    if others.size:
        rows = others.tolist()
        agree[others], towns[others] = _compare(
            index, subjects[others], [texts[row] for row in rows], [alone[row] for row in rows]
        )
    return agree, towns


def _compare(
    index: Index, subjects: NDArray[np.uint32], texts: Sequence[str], alone: Sequence[bool]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """As `compare_places`, of those that are not simply the same."""
    lengths, stored = index.sketches[_KIND].take(subjects)
    signs = index.tokens(_KIND, subjects, [SIGNS] * len(texts))[1].reshape(-1, len(SIGNS))
    houses = [house_of(spelled) for spelled in spell_numbers(lengths, stored, signs)]
    given = as_text(*index.tokens(_KIND, subjects, texts))
    whole = as_text(lengths, stored)
    own = [house_of(text) if single else "" for text, single in zip(texts, alone, strict=True)]
    full = agreements(whole, given)
    towns = _towns(
        [text[: len(text) - len(house)] for text, house in zip(whole, houses, strict=True)],
        [text[: len(text) - len(house)] for text, house in zip(given, own, strict=True)],
    )
    agree = np.array(
        [
            _together(compare_houses(house, mine) if single else _inside(house, text, all_), town, all_, single=single)
            for house, mine, text, single, town, all_ in zip(
                houses, own, texts, alone, towns.tolist(), full.tolist(), strict=True
            )
        ],
        np.float32,
    )
    for result in (agree, towns):
        result[lengths == 0] = np.nan
    return agree, towns


def _towns(stored: Sequence[str], given: Sequence[str]) -> NDArray[np.float32]:
    """Agreement of towns; one that is cut short may lack its beginning (the city) as well as its end."""
    forward = agreements(stored, given)
    short = [row for row, (s, g) in enumerate(zip(stored, given, strict=True)) if 0 < len(g) < len(s)]
    if short:
        backward = agreements([stored[row][::-1] for row in short], [given[row][::-1] for row in short])
        forward[short] = np.maximum(forward[short], backward)
    return forward


def _inside(house: str, passage: str, full: float) -> float:
    if full >= WHOLE:
        return SAME
    return house_within(house, passage) if "-" in house else MISSING


def _together(houses: float, town: float, full: float, *, single: bool) -> float:
    """One agreement, 0 to 1, of what the houses and the towns say."""
    if houses == MISSING:
        return full if single else min(full, town)
    if town < TOWN_SLIP:
        return DIFFERENT * town
    if houses == SAME:
        return 1.0 if town >= 1 else 0.8 + 0.2 * min(town, WHOLE)
    if houses == ROOMLESS:
        return 0.95 if town >= SAME_TOWN else 0.9 * town
    if town < SAME_TOWN and full >= NEARLY:  # a slip where letters and digits meet
        return SLIP * full
    return (SLIP if houses == SLIP else DIFFERENT) * town

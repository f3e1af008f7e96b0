"""Whether what was posted tells a customer from all others who are enrolled; no matcher could say more than that.

The test knows nothing of fields and how they are compared: a customer is told apart when the document, written again by
the same throws of the dice with anybody else in his place, comes out differently. Only people who share something
with him are tried: with everybody else it does.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from benchmarks.corpus.people import Person

    Way = Callable[[Random, Sequence[Person]], bytes | str]


def _in_common(p: Person) -> tuple[tuple[object, ...], ...]:
    """What two people share of whom the same can be posted: a name or its beginning and something else, or a number."""
    begun = (p.family_roman, p.given_roman[:1])
    return (
        (*begun, p.phone[-4:]),
        (*begun, p.phone[:-4]),
        (*begun, p.postal),
        (*begun, p.city, p.town),
        (*begun, p.born),
        (p.phone,),
        (p.email,),
    )


class Crowd:
    """Everybody who is enrolled."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        shape = (len(people), len(_in_common(people[0])))
        hashes = (hash(key) for person in people for key in _in_common(person))
        self._hashes: NDArray[np.int64] = np.fromiter(hashes, np.int64, shape[0] * shape[1]).reshape(shape).T.copy()
        self._order = self._hashes.argsort(axis=1)
        self._hashes.sort(axis=1)

    def told_apart(self, write: Way, state: tuple[Any, ...], people: Sequence[Person]) -> set[str]:
        """The numbers of those of a document's people who could be nobody else.

        Args:
            write: What wrote the document.
            state: Of the dice, before it was written.
            people: Whom it is about.
        """
        document = _again(write, state, people)
        return {
            person.number
            for place, person in enumerate(people)
            if all(
                _again(write, state, [*people[:place], other, *people[place + 1 :]]) != document
                for other in self._like(person)
            )
        }

    def _like(self, person: Person) -> Iterator[Person]:
        tried = {person.number}
        for column, key in enumerate(_in_common(person)):
            first, last = (np.searchsorted(self._hashes[column], hash(key), side) for side in ("left", "right"))
            for place in self._order[column, first:last].tolist():
                other = self._people[place]
                if other.number not in tried:
                    tried.add(other.number)
                    yield other


def _again(write: Way, state: tuple[Any, ...], people: Sequence[Person]) -> bytes | str:
    rng = Random()
    rng.setstate(state)
    return write(rng, people)

"""The attack: which subject of the index is which person of a list, told by everything that can be counted.

By pattern and length: the fields of a person have lengths, and some of their characters are equal. By exclusion: a
person whom no subject fits is no customer. By frequency: the digest that so many carry is the value that so many have.
By propagation: who was identified tells what his digests mean, and that tells others apart, round after round.

The list holds every customer. So a reading in which hardly a subject fits anybody is no reading: the thief sees that
himself, and does not believe what follows from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.theft.seen import SKETCHED, Signature, StolenSegment, signature_of
from fingerprints.secrets.digests import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROUNDS: Final = 6
BELIEVED: Final = 0.9
"""Share of the subjects that have to fit somebody before anything is believed."""
TELLING: Final = ("birth_date", "postal_code", "phone", "address", "name", "kana")
FREQUENT: Final = ("birth_date", "postal_code", "address", "name", "kana")
LONGEST_FIELD: Final = 64


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person of the thief's list: values in canonical form, by kind."""

    values: Mapping[str, str]

    def signatures(self) -> tuple[Signature, ...]:
        """Those of the sketched fields."""
        return tuple(signature_of(self.values.get(kind, "")[:LONGEST_FIELD]) for kind in SKETCHED)


@dataclass(slots=True)
class Claims:
    """What the thief says.

    Attributes:
        identified: The person of the list whom he takes each subject for.
        excluded: Persons whom he takes for no customers.
        read: What he takes each digest for, as kind and value.
        fits: The share of subjects that somebody of the list fits.
    """

    identified: dict[int, int] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    read: dict[int, tuple[str, str]] = field(default_factory=dict)
    fits: float = 0.0


def attack(seen: StolenSegment, people: Sequence[ListedPerson], codes: Mapping[str, int]) -> Claims:
    """All of it, until a round tells nothing new."""
    claims = Claims()
    _read_by_frequency(seen, people, codes, claims)
    by_signature: dict[tuple[Signature, ...], list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        by_signature[person.signatures()].append(number)
    columns = [seen.signatures[kind] for kind in SKETCHED]
    keys = [tuple(row) for row in zip(*columns, strict=True)]
    candidates = {subject: by_signature.get(key, []) for subject, key in enumerate(keys)}
    claims.fits = sum(map(bool, candidates.values())) / max(len(candidates), 1)
    if claims.fits < BELIEVED:
        return claims
    fitting = {number for some in candidates.values() for number in some}
    claims.excluded = set(range(len(people))) - fitting
    held = _held(seen, codes)
    for _ in range(ROUNDS):
        before = len(claims.identified)
        _take_the_only_ones(candidates, claims)
        _read_from_identified(people, held, claims)
        _narrow(candidates, people, held, claims)
        if len(claims.identified) == before:
            break
    return claims


def _read_by_frequency(
    seen: StolenSegment, people: Sequence[ListedPerson], codes: Mapping[str, int], claims: Claims
) -> None:
    """Values and digests of one kind in the order of how common they are, as far as no two are equally common."""
    of = code_of(seen.digests)
    for kind in FREQUENT:
        mine = np.flatnonzero(of == codes[kind])
        order = mine[np.argsort(-seen.counts[mine], kind="stable")]
        common = Counter(person.values[kind] for person in people if person.values.get(kind)).most_common(order.size)
        counts = seen.counts[order].tolist()
        for place, (value, many) in enumerate(common[:-1]):
            apart = place + 1 < len(counts) and counts[place] > counts[place + 1] and many > common[place + 1][1]
            if not apart:
                break
            claims.read[int(seen.digests[order[place]])] = (kind, value)


def _held(seen: StolenSegment, codes: Mapping[str, int]) -> dict[str, dict[int, set[int]]]:
    """By kind and subject, the digests that it carries."""
    of, names = code_of(seen.digests), {code: kind for kind, code in codes.items()}
    held: dict[str, dict[int, set[int]]] = {kind: defaultdict(set) for kind in TELLING}
    places = np.cumsum(seen.counts) - seen.counts
    for digest, code, first, many in zip(
        seen.digests.tolist(), of.tolist(), places.tolist(), seen.counts.tolist(), strict=True
    ):
        kind = names.get(code, "")
        for subject in seen.holders[first : first + many].tolist() if kind in held else ():
            held[kind][subject].add(digest)
    return held


def _take_the_only_ones(candidates: Mapping[int, list[int]], claims: Claims) -> None:
    """Subjects and persons that fit each other and nobody else."""
    wanted = Counter(number for some in candidates.values() for number in some)
    for subject, some in candidates.items():
        if len(some) == 1 and wanted[some[0]] == 1:
            claims.identified[subject] = some[0]


def _read_from_identified(
    people: Sequence[ListedPerson], held: Mapping[str, Mapping[int, set[int]]], claims: Claims
) -> None:
    for subject, number in claims.identified.items():
        for kind in TELLING:
            digests = held[kind].get(subject, set())
            if len(digests) == 1 and people[number].values.get(kind):
                claims.read[next(iter(digests))] = (kind, people[number].values[kind])


def _narrow(
    candidates: dict[int, list[int]],
    people: Sequence[ListedPerson],
    held: Mapping[str, Mapping[int, set[int]]],
    claims: Claims,
) -> None:
    """Leave those whose values are what the subject's digests are known to mean, and of whom no digest is known."""
    known: dict[str, dict[str, int]] = {kind: {} for kind in TELLING}
    for digest, (kind, value) in claims.read.items():
        known[kind][value] = digest
    taken = set(claims.identified.values())
    for subject, some in candidates.items():
        if subject in claims.identified or len(some) < 2:  # noqa: PLR2004  # nothing to tell apart
            continue
        left = [number for number in some if number not in taken]
        for kind in TELLING:
            digests = held[kind].get(subject, set())
            meant = {claims.read[digest][1] for digest in digests if digest in claims.read}
            left = [
                number
                for number in left
                if (value := people[number].values.get(kind, "")) in meant
                or (not meant and known[kind].get(value) is None)
                or not value
            ]
        if left:
            candidates[subject] = left

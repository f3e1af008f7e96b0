"""Making canaries: made-up people whose values nobody in the index has, with numbers of the carrier's own form."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from custody.errors import CustodyError
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.identifiers.interface import header_words
from fingerprints.index.canaries import Canary, read_canaries, write_canaries
from fingerprints.index.folder import writing_lock
from fingerprints.secrets.digests import Digester

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from random import Random

    from custody.enrolment.column_plan import ColumnPlan
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key

DRILL: Final = "hinomi-drill"
"""The extract whose canaries are planted by drills; it is lent to nobody."""
NUMBER_FORM: Final = "[0-9０-９]{10}"
"""The form of a customer number where the carrier's own is not known yet."""
OWN: Final = (NUMBER_KIND, "phone", "email")
"""Kinds whose values no customer may share with a canary."""
HEADERS: Final[Mapping[str, str]] = {
    NUMBER_KIND: "お客様番号",
    "name": "氏名",
    "kana": "フリガナ",
    "birth_date": "生年月日",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "携帯電話番号",
    "email": "メールアドレス",
}
_RUN: Final = re.compile(r"(\[0-9０-９\]|\[A-ZＡ-Ｚ\]|\\?.)\{(\d+)\}")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Flock:
    """The canaries of an extract: how many were made, and how many of them are in the index as its members."""

    extract: str
    made: int
    enrolled: int


def make_canaries(
    index_dir: Path,
    key: Key,
    index: Index | None,
    extract: str,
    count: int,
    *,
    draw: Callable[[int], Sequence[Mapping[str, str]]],
    random: Random,
    today: date,
) -> list[Canary]:
    """New canaries of an extract, kept under seal before they are handed out.

    Args:
        index_dir: The folder of the index.
        key: The master key.
        index: The index, which knows whose values are taken; None before the first enrolment.
        extract: The extract they are to be mixed into.
        count: How many.
        draw: Gives so many made-up people, values by kind, as they are to be written.
        random: Draws the customer numbers.
        today: The day.

    Raises:
        CustodyError: No numbers of the carrier's form are free.
    """
    with writing_lock(index_dir):
        known = read_canaries(index_dir, key)
        taken = {one.values.get(kind, "") for one in known for kind in OWN}
        forms = (index.number_patterns if index else ()) or (NUMBER_FORM,)
        made: list[Canary] = []
        for _ in range(_ROUNDS):
            people = [
                {**one, NUMBER_KIND: draw_number(random.choice(forms), random)} for one in draw(count - len(made))
            ]
            for one in _strangers(people, key, index):
                if taken.isdisjoint(one[kind] for kind in OWN):
                    taken.update(one[kind] for kind in OWN)
                    made.append(
                        Canary(extract, _canonical(NUMBER_KIND, one[NUMBER_KIND]), today.isoformat(), dict(one))
                    )
            if len(made) == count:
                write_canaries(index_dir, key, [*known, *made])
                return made
    raise CustodyError(
        f"only {len(made)} of {count} canaries found a customer number that nobody has",
        hint="Ask for fewer, or enrol customers whose numbers leave room.",
    )


def draw_number(form: str, random: Random) -> str:
    """A customer number of a form that `fingerprints.identifiers.customer_number.learn_patterns` made."""

    def run(match: re.Match[str]) -> str:
        sign, length = match.group(1), int(match.group(2))
        if sign.startswith("[0"):
            return "".join(random.choice("0123456789") for _ in range(length))
        if sign.startswith("[A"):
            return "".join(random.choice(_LETTERS) for _ in range(length))
        return sign * length

    return re.sub(r"\\(.)", r"\1", _RUN.sub(run, form))


def write_canary_rows(
    canaries: Iterable[Canary], headers: Sequence[str], file: TextIO, plan: ColumnPlan | None = None
) -> None:
    """The canaries as CSV rows, to be mixed into the extract.

    Args:
        canaries: The canaries.
        headers: The extract's own columns, in their order; none for all under our headers. A column that no canary
            has a value for stays empty.
        file: Where to.
        plan: What those columns hold; without it their headers alone say so.
    """
    out = csv.writer(file)
    kinds = {header_words(alias): kind.name for kind in load_kinds().values() for alias in (*kind.headers, kind.name)}
    columns = [(header, kinds.get(header_words(header), ""), 0, 1) for header in headers]
    if plan is not None:
        parts = {
            place: (kind, part, len(column.places))
            for kind, column in plan.columns.items()
            for part, place in enumerate(column.places)
        }
        columns = [(header, *parts.get(place, ("", 0, 1))) for place, header in enumerate(headers)]
    columns = columns or [(header, kind, 0, 1) for kind, header in HEADERS.items()]
    out.writerow(header for header, *_what in columns)
    out.writerows([_part_of(one.values.get(kind, ""), part, of) for _h, kind, part, of in columns] for one in canaries)


def _part_of(value: str, part: int, parts: int) -> str:
    """What one of several columns holds of a value: a half of a name; of what cannot be cut the first holds all."""
    if parts == 1:
        return value
    pieces = value.split(maxsplit=parts - 1)
    return pieces[part] if part < len(pieces) else ""


def flocks(index_dir: Path, key: Key, index: Index | None) -> list[Flock]:
    """How many canaries each extract has, and how many were enrolled with it."""
    made: dict[str, int] = {}
    for one in read_canaries(index_dir, key):
        made[one.extract] = made.get(one.extract, 0) + 1
    enrolled = index.canaries if index else {}
    return [Flock(name, count, len(enrolled.get(name, ()))) for name, count in sorted(made.items())]


def take_for_drill(index_dir: Path, key: Key, index: Index | None, now: str) -> Canary | None:
    """The next unused canary of `DRILL` that is in the index, marked as used; None when there is none left."""
    if index is None or not index.canaries.get(DRILL):
        return None
    digester = Digester(key)
    with writing_lock(index_dir):
        known = read_canaries(index_dir, key)
        for place, one in enumerate(known):
            if one.extract != DRILL or one.used:
                continue
            if index.lookup(digester.digest_many(NUMBER_KIND, [one.number])).subject.size:
                taken = Canary(one.extract, one.number, one.made_on, one.values, now)
                write_canaries(index_dir, key, [*known[:place], taken, *known[place + 1 :]])
                return taken
    return None


def _strangers(people: list[dict[str, str]], key: Key, index: Index | None) -> list[dict[str, str]]:
    """Those who share no number, phone or e-mail address with anybody in the index."""
    if index is None:
        return people
    digester = Digester(key)
    shared: set[int] = set()
    for kind in OWN:
        hits = index.lookup(digester.digest_many(kind, [_canonical(kind, one[kind]) for one in people]))
        shared.update(hits.query.tolist())
    return [one for place, one in enumerate(people) if place not in shared]


def _canonical(kind: str, text: str) -> str:
    return load_kinds()[kind].canonical(text) or text

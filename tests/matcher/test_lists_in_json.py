"""JSON without an object for each person says what one with objects says."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final

import pytest

from matcher.document import Limits
from tests.matcher.people import PEOPLE
from tests.matcher.reading import words
from tests.matcher.test_lists_on_a_line import stranger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.matcher.conftest import Bench

    People = Sequence[dict[str, str]]
FIELDS: Final = ("name", "birth_date", "phone")


def numbered(people: People) -> dict[str, dict[str, str]]:
    return {field: {str(n): one[field] for n, one in enumerate(people)} for field in FIELDS}


TABLES: Final[dict[str, Callable[[People], Any]]] = {
    "columns": lambda people: {field: [one[field] for one in people] for field in FIELDS},
    "numbered columns": numbered,
    "split": lambda people: {
        "columns": list(FIELDS),
        "index": list(range(len(people))),
        "data": [[one[field] for field in FIELDS] for one in people],
    },
    "rows by number": lambda people: {
        str(n): {str(m): one[f] for m, f in enumerate(FIELDS)} for n, one in enumerate(people)
    },
    "rows by name": lambda people: {f"user{n}": [one[f] for f in FIELDS] for n, one in enumerate(people)},
    "by number": lambda people: {str(n): {f: one[f] for f in FIELDS} for n, one in enumerate(people)},
}
LISTS: Final[dict[str, Callable[[People], Any]]] = {
    "a list": lambda people: [one["phone"] for one in people],
    "lists": lambda people: [[one["phone"] for one in people[:6]], [one["phone"] for one in people[6:]]],
    "a list inside": lambda people: {"of": "2026-11", "phones": [one["phone"] for one in people]},
    "a list further inside": lambda people: {"data": {"list": {"tel": [one["phone"] for one in people]}}},
    "numbers": lambda people: [int(one["phone"].replace("-", "")) for one in people],
    "mapping": lambda people: {f"user{n}": one["phone"] for n, one in enumerate(people)},
    "mapping inside": lambda people: {"v": 1, "phones": {f"user{n}": one["phone"] for n, one in enumerate(people)}},
    "mapping to lists": lambda people: {f"user{n}": [one["phone"]] * (1 + n % 2) for n, one in enumerate(people)},
    "mapping of mails": lambda people: {one["email"]: one["phone"] for one in people},
    "mapping of phones": lambda people: {one["phone"]: n for n, one in enumerate(people)},
}


def some_people(draw: random.Random) -> list[dict[str, str]]:
    people = [
        *draw.sample(PEOPLE, draw.choice([6, len(PEOPLE)])),
        *(stranger(draw) for _ in range(draw.choice([0, 70]))),
    ]
    draw.shuffle(people)
    return people


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", TABLES)
def test_a_table_in_json_is_its_rows(bench: Bench, shape: str, seed: int) -> None:
    people = some_people(random.Random(seed))  # noqa: S311  # a fixed seed
    plain = bench.match(json.dumps([{field: one[field] for field in FIELDS} for one in people]))
    found = bench.match(json.dumps(TABLES[shape](people), ensure_ascii=False))
    assert (found.verdict, found.subjects, found.fields) == (plain.verdict, plain.subjects, plain.fields)
    assert abs(found.people - len(people)) <= found.subjects


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", LISTS)
def test_a_list_in_json_is_as_many_people(bench: Bench, shape: str, seed: int) -> None:
    people = some_people(random.Random(seed))  # noqa: S311  # a fixed seed
    plain = bench.match("\n".join(one["phone"] for one in people))
    found = bench.match(json.dumps(LISTS[shape](people)))
    assert (found.verdict, found.subjects) == (plain.verdict, plain.subjects)
    assert plain.people <= found.people <= 2 * plain.people


def test_rows_by_mail_are_rows(bench: Bench) -> None:
    people = some_people(random.Random(9))  # noqa: S311  # a fixed seed
    found = bench.match(json.dumps({one["email"]: [one[field] for field in FIELDS] for one in people}))
    assert found.fields == dict.fromkeys([*FIELDS, "email"], found.subjects)
    assert abs(found.people - len(people)) <= found.subjects


def test_a_record_with_lists_of_its_own_stays_one(bench: Bench) -> None:
    one = PEOPLE[0]
    record = {
        "name": one["name"].split("　"),
        "phones": ["03-0012-0000", one["phone"]],
        "tags": ["vip", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06"],
        "seen": {"2026-01-02": 1, "2026-01-03": 2, "2026-01-04": 3, "2026-01-05": 4, "2026-01-06": 5},
    }
    found = bench.match(json.dumps(record))
    assert (found.verdict, found.subjects, found.people) == ("leak", 1, 1)
    assert {"name", "phone"} <= set(found.fields)


def test_a_mapping_of_thousands_is_read_to_its_end() -> None:
    entries = {f"user{n}": f"090-0000-{n:04d}" for n in range(3000)}
    found, notes = words(json.dumps(entries).encode(), limits=Limits(columns=256))
    assert "user2999" in found
    assert "090-0000-2999" in found
    assert not notes

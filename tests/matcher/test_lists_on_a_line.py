"""A list is the same list whether each of its entries has a line of its own or all of them share one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from matcher.units import prose
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.matcher.conftest import Bench

SEPARATORS: Final = (" ", "  ", ", ", "、", " / ", "; ", "　", " | ")
ENTRIES: Final[Mapping[str, Callable[[Mapping[str, str]], str]]] = {
    "phone": lambda one: one["phone"],
    "digits": lambda one: one["phone"].replace("-", ""),
    "mail": lambda one: one["email"],
    "number": lambda one: one["customer_number"],
    "phone and birth date": lambda one: f"{one['phone']} {one['birth_date']}",
    "mail and phone": lambda one: f"{one['email']}:{one['phone']}",
    "name and phone": lambda one: f"{one['name']}（{one['phone']}）",
}


def stranger(draw: random.Random) -> dict[str, str]:
    """Somebody whom no one has enrolled, with numbers that cannot ring."""
    phone = f"0{draw.choice('789')}0-00{draw.randrange(100):02d}-{draw.randrange(10_000):04d}"
    return {
        "phone": phone,
        "email": f"u{draw.randrange(10**6)}@other.example",
        "customer_number": f"K{draw.randrange(5 * 10**6, 10**7)}",
        "birth_date": f"19{draw.randrange(40, 99)}-0{draw.randrange(1, 10)}-1{draw.randrange(10)}",
        "name": draw.choice(["無実 太郎", "別人 花子", "他所 次郎"]),
    }


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("seed", range(3))
def test_one_line_tells_what_many_lines_tell(bench: Bench, entry: str, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # a fixed seed
    ours = draw.sample(PEOPLE, draw.choice([5, 8, len(PEOPLE)]))
    people = [*ours, *(stranger(draw) for _ in range(draw.choice([0, 4, 60])))]
    draw.shuffle(people)
    entries = [ENTRIES[entry](one) for one in people]
    line_by_line = bench.match("\n".join(entries))
    for separator in SEPARATORS:
        found = bench.match(separator.join(entries))
        assert (found.verdict, found.subjects, found.people) == (
            line_by_line.verdict,
            line_by_line.subjects,
            line_by_line.people,
        )


def test_the_few_numbers_of_one_person_stay_together(bench: Bench) -> None:
    one = PEOPLE[0]
    for before in (["03-0012-0000"], ["03-0012-0000", "070-0099-1234", "06-0012-0001"]):
        found = bench.match(f"{one['name']} {' '.join([*before, one['phone']])}")
        assert (found.verdict, found.subjects, found.people) == ("leak", 1, 1)


def test_a_long_list_takes_time_by_its_length() -> None:
    """Steps, not seconds: each entry is looked at a few times, however many there are."""
    asked = 0

    class Counted(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal asked
            asked += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    found = [(14 * n, 14 * n + 13, "phone", Counted(f"0900000{n:04d}")) for n in range(5000)]
    text = " ".join(["090-0000-0000"] * 5000)
    assert len(prose._cluster(text, found, [])) == len(found)  # noqa: SLF001
    assert asked < 10 * len(found)

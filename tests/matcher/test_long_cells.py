"""Cells that hold many people: all are found, none as somebody else's, in steps that grow as the cell does."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING

import pytest

from matcher.readers._long_cells import LONGEST_IN_ROW
from matcher.readers.interface import Prose, Rows
from tests.matcher.people import PEOPLE
from tests.matcher.reading import passages
from tests.matcher.test_lists_on_a_line import stranger

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench


def table(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["name", "tel", "memo"], *rows])
    return out.getvalue().encode()


@pytest.mark.parametrize("seed", range(4))
def test_people_in_one_cell_are_found_as_in_a_text(bench: Bench, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # a fixed seed
    people = [*PEOPLE, *(stranger(draw) for _ in range(draw.choice([60, 150])))]
    draw.shuffle(people)
    memo = " ".join(f"{one['name']} {one['phone']}" for one in people)
    assert len(memo) > LONGEST_IN_ROW
    found = bench.match(table(["受付 係", "", memo], ["受付 係", "", "なし"]))
    plain = bench.match(memo)
    assert (found.verdict, found.subjects) == (plain.verdict, plain.subjects) == ("overlap", len(PEOPLE))


def test_a_long_memo_stays_with_its_row_as_far_as_it_is_compared(bench: Bench) -> None:
    one = PEOPLE[0]
    memo = f"{one['name']} 様、{one['birth_date']}生まれ。" + "折り返しの連絡を待つ。" * 200
    found = bench.match(table(["窓口", one["phone"], memo]))
    assert (found.verdict, found.subjects) == ("leak", 1)
    assert {"name", "phone", "birth_date"} <= set(found.fields)


ROWS = {
    "xml": lambda people: "<r>" + "".join(f"<name>{p['name']}</name><tel>{p['phone']}</tel>" for p in people) + "</r>",
    "sql": lambda people: "INSERT INTO t VALUES (" + ",".join(f"'{p['phone']}'" for p in people) + ");",  # noqa: S608  # no database
    "vcard": lambda people: "\n".join(["BEGIN:VCARD", "FN:x", *(f"TEL:{p['phone']}" for p in people), "END:VCARD"]),
}


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("strangers", [8, 60])
def test_a_row_of_many_is_no_row_of_one(bench: Bench, form: str, strangers: int) -> None:
    draw = random.Random(strangers)  # noqa: S311  # a fixed seed
    people = [*PEOPLE, *(stranger(draw) for _ in range(strangers))]
    draw.shuffle(people)
    found = bench.match(ROWS[form](people))
    plain = bench.match("\n".join(one["phone"] for one in people))
    assert (found.verdict, found.subjects) == (plain.verdict, plain.subjects)
    assert abs(found.people - len(people)) <= 1


@pytest.mark.parametrize("place", [0, 7, 30])
def test_one_row_of_many_leaves_the_other_rows_what_they_are(bench: Bench, place: int) -> None:
    draw = random.Random(place)  # noqa: S311  # a fixed seed
    rows = [f"('{p['name']}','{p['birth_date']}')" for p in [*PEOPLE, *(stranger(draw) for _ in range(22))]]
    rows.insert(place, "(" + ",".join(f"'{stranger(draw)['phone']}'" for _ in range(40)) + ")")
    found = bench.match("INSERT INTO t VALUES " + ",\n".join(rows) + ";")  # noqa: S608  # no database
    assert (found.verdict, found.subjects) == ("overlap", len(PEOPLE))
    assert found.fields == {"name": len(PEOPLE), "birth_date": len(PEOPLE)}
    assert found.people >= len(PEOPLE) + 40


def test_a_cell_is_cut_between_words_and_nothing_of_it_is_lost() -> None:
    memo = "x " * (LONGEST_IN_ROW // 2 - 3) + "09000123400 end"
    given, notes = passages(table(["a", "b", memo], ["c", "d", "e"]))
    (rows,), (text,) = [one for one in given if isinstance(one, Rows)], [one for one in given if isinstance(one, Prose)]
    assert rows.columns[2] == [memo[: memo.index("0900")], "e"]
    assert (text.text, text.first_line) == (memo, 2)
    assert not notes

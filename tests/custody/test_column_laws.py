"""Laws of understanding a list, on lists that nobody has seen: layout and headers change nothing of who is in it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from custody.enrolment.batches import read_batches
from custody.enrolment.columns import understand
from custody.enrolment.plan.column_names import letter_of, mapping_of_choices
from custody.enrolment.rows import RowReader
from custody.errors import ColumnError
from fingerprints.secrets.keys import create_key
from tests.lists_of_people import chance, draw_list, dress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custody.enrolment.column_plan import ColumnPlan
    from tests.lists_of_people import PeopleList

SEEDS = range(60)


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read_by(path: Path, plan: ColumnPlan, kind: str) -> list[str]:
    """The values of a kind, spaces left out, as the plan reads them."""
    cells = [row for batch, _share in read_batches(path, plan) for row in batch.cells]
    return ["".join(row[n] for n in plan.columns[kind].places) for row in cells if len(row) == plan.width]


def understood(path: Path, made: PeopleList) -> ColumnPlan:
    plan = understand(path)
    count = len(made.people)
    assert read_by(path, plan, "name")[:count] == made.names()
    if "family kana" in made.columns:
        assert read_by(path, plan, "kana")[:count] == made.readings()
    assert read_by(path, plan, "customer_number")[:count] == [one["number"] for one in made.people]
    return plan


@pytest.mark.parametrize("seed", SEEDS)
def test_names_in_two_columns_are_whole_however_these_are_headed(tmp_path: Path, seed: int) -> None:
    made = draw_list(chance(seed))
    understood(write(tmp_path / "list.csv", made.rows), made)


@pytest.mark.parametrize("seed", SEEDS)
def test_titles_groups_repeated_headers_and_totals_change_nothing(tmp_path: Path, seed: int) -> None:
    random = chance(seed)
    made = draw_list(random)
    path = write(tmp_path / "list.csv", dress(random, made))
    plan = understood(path, made)
    bare = write(tmp_path / "bare.csv", made.rows)
    key = create_key(tmp_path / "key")
    one, other = (
        RowReader(understand(file), key, None).read(next(read_batches(file, understand(file)))[0])
        for file in (path, bare)
    )
    assert one.prints is not None
    assert other.prints is not None
    assert {kind: words.tolist() for kind, words in one.prints.digests.items()} == {
        kind: words.tolist() for kind, words in other.prints.digests.items()
    }
    assert all(rejected.is_aside for rejected in one.rejected)
    assert plan.first_line > 1


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_sheet_among_covers_and_sums_is_found(tmp_path: Path, seed: int) -> None:
    random = chance(seed)
    made = draw_list(random)
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover["B2"] = "契約者リスト　貸与用"
    names = ["説明", "データ", "集計"]
    random.shuffle(names)
    for name in names:
        sheet = book.create_sheet(name)
        rows = dress(random, made) if name == "データ" else [["県", "件数"], ["東京都", "123"]]
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(tmp_path / "list.xlsx")
    plan = understood(tmp_path / "list.xlsx", made)
    assert plan.table.sheet == "データ"
    assert understand(tmp_path / "list.xlsx", sheet="データ") == plan
    assert understand(tmp_path / "list.xlsx", sheet=str(names.index("データ") + 2)) == plan


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_columns_named_by_header_number_or_letter_give_one_plan(tmp_path: Path, seed: int) -> None:
    random = chance(seed)
    made = draw_list(random, gibberish=True)
    made.headers = [header or "memo" for header in made.headers]
    path = write(tmp_path / "list.csv", [made.headers, *made.body()])
    places = {"customer_number": [made.columns.index("number")], "phone": [made.columns.index("phone")]}
    places["name"] = [made.columns.index("family"), made.columns.index("given")]
    if len(set(made.headers)) < len(made.headers):
        pytest.skip("two columns have one header")
    ways = (lambda n: made.headers[n], lambda n: str(n + 1), letter_of, lambda n: f"#{n + 1}")
    plans = [
        understand(path, [(kind, "+".join(map(way, several))) for kind, several in places.items()]) for way in ways
    ]
    assert all(plan == plans[0] for plan in plans)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_one_half_alone_stops_and_names_its_column(tmp_path: Path, seed: int) -> None:
    random = chance(seed)
    made = draw_list(random, gibberish=False)
    lost = random.choice(("family", "given"))
    kept = [n for n, column in enumerate(made.columns) if column not in {lost, "family kana", "given kana"}]
    half = next(n for n, column in enumerate(made.columns) if column in {"family", "given"} and column != lost)
    made.headers[half] = "氏名"
    path = write(tmp_path / "list.csv", [[row[n] for n in kept] for row in (made.headers, *made.body())])
    with pytest.raises(ColumnError, match="氏名"):
        understand(path)
    assert "name" not in understand(path, {"name": ""}).columns
    warned = understand(path, {"name": "氏名"})
    assert "half_mapped" in {remark.code for remark in warned.warnings}


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_what_is_chosen_for_each_column_is_what_is_planned(tmp_path: Path, seed: int) -> None:
    made = draw_list(chance(seed), gibberish=True)
    path = write(tmp_path / "list.csv", made.rows)
    words = {"family": "name", "given": "name+", "number": "customer_number", "phone": "phone"}
    plan = understand(path, mapping_of_choices([words.get(column, "") for column in made.columns]))
    found = {kind: [made.columns[n] for n in column.places] for kind, column in plan.columns.items()}
    assert found == {"name": ["family", "given"], "customer_number": ["number"], "phone": ["phone"]}

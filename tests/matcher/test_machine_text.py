"""Long texts of machines are read as text, and whoever turns up in them is found all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from matcher.readers.interface import Prose
from tests.matcher.people import PEOPLE
from tests.matcher.reading import passages

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench

LINES = 400


def log_line(number: int) -> str:
    return f'10.0.{number % 9}.1 - - [22/Nov/2026:10:00:{number % 60:02d} +0900] "GET /item/{number} HTTP/1.1" 200 9'


def measurement(number: int) -> str:
    return f"{number},{number * 0.123:.4f},{number % 7},x"


def json_line(number: int) -> str:
    return json.dumps({"n": number, "share": number * 0.123, "parts": [number, 1]})


LOGS = [log_line(n) for n in range(LINES)] + [f"{log_line(n)} user={p['email']}" for n, p in enumerate(PEOPLE)]
TABLE = [measurement(n) for n in range(LINES)] + [f"{n},{p['phone']},{p['email']},x" for n, p in enumerate(PEOPLE)]
NUMBERS = [f"{n},{n * 7},{PEOPLE[n % len(PEOPLE)]['customer_number']},{n * 0.1:.2f}" for n in range(LINES)]
RECORDS = [json_line(n) for n in range(LINES)] + [json.dumps({"n": 1, "m": p["email"], "k": p["name"]}) for p in PEOPLE]
WITH_PEOPLE = {"log": LOGS, "table": TABLE, "numbers": NUMBERS, "records": RECORDS}
WITHOUT = {"log": log_line, "table": measurement, "records": json_line}


@pytest.mark.parametrize("kind", sorted(WITH_PEOPLE))
def test_people_among_the_lines_of_machines_are_found(bench: Bench, kind: str) -> None:
    finding = bench.match("\n".join(WITH_PEOPLE[kind]))
    assert finding.verdict == "leak"
    assert finding.subjects == len(PEOPLE)


@pytest.mark.parametrize("kind", sorted(WITHOUT))
def test_lines_of_machines_stay_whole(bench: Bench, kind: str) -> None:
    text = "\n".join(WITHOUT[kind](number) for number in range(LINES))
    found, _ = passages(text.encode(), kind)
    assert all(isinstance(passage, Prose) for passage in found)
    assert bench.match(text).verdict == "clear"


def test_the_place_is_the_line(bench: Bench) -> None:
    places = {match.place["line"] for match in bench.match("\n".join(LOGS)).matches}
    assert places == set(range(LINES + 1, LINES + len(PEOPLE) + 1))


@pytest.mark.parametrize("names", ["id,mail,x,y", "id,氏名,x,y"])
def test_a_table_whose_columns_are_named_is_a_table(names: str) -> None:
    found, _ = passages("\n".join([names, *(measurement(n) for n in range(LINES))]).encode(), "named")
    assert not any(isinstance(passage, Prose) for passage in found)

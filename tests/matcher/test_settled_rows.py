"""Settling rows early changes nothing but the time it takes."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from matcher import passage
from matcher.compare.settled_rows import settle
from tests.matcher.conftest import Bench

if TYPE_CHECKING:
    from matcher.compare.candidates import Candidates
    from matcher.decide.score import Scores
    from matcher.finding import Finding

KINDS = ("customer_number", "name", "birth_date", "postal_code", "address", "phone", "email")
FAMILIES, GIVENS = ("架空", "仮名", "例山", "試川", "見本"), ("一郎", "二葉", "三奈", "四郎", "五月", "六花", "七海")


def customer(number: int) -> dict[str, str]:
    return {
        "customer_number": f"K{number:06d}",
        "name": f"{FAMILIES[number % 5]}　{GIVENS[number % 7]}",
        "birth_date": f"19{60 + number % 37}-04-{number % 28 + 1:02d}",
        "postal_code": f"100-00{number % 50:02d}",
        "address": f"東京都千代田区千代田{number % 9 + 1}-{number % 11 + 1}-{number % 13 + 1}",
        "phone": f"090-0{number:03d}-{number * 37 % 10000:04d}",
        "email": f"user{number}@carrier.example",
    }


PEOPLE = [customer(number) for number in range(1, 241)]


def enrol(bench_folder: pytest.TempPathFactory, lists: dict[date, list[dict[str, str]]]) -> Bench:
    folder, key = bench_folder.mktemp("settled"), Key(b"k" * 32)
    for day, people in lists.items():
        build_index(folder, key, "all", {kind: [one[kind] for one in people] for kind in KINDS}, as_of=day)
    index = Index.open(folder, key)
    return Bench(index, Digester(key), load_kinds(index.number_patterns))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Customers enrolled once."""
    return enrol(tmp_path_factory, {date(2026, 4, 1): PEOPLE})


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The same, a third of whom moved or married a month later."""
    later = [
        one
        | {"address": f"大阪府大阪市北区中之島{n % 9 + 1}-{n % 5 + 1}-{n % 7 + 1}", "name": f"再婚　{one['name'][-2:]}"}
        if n % 3 == 0
        else one
        for n, one in enumerate(PEOPLE)
    ]
    return enrol(tmp_path_factory, {date(2026, 4, 1): PEOPLE, date(2026, 5, 1): later})


def written(people: list[dict[str, str]], kinds: tuple[str, ...]) -> str:
    return "\n".join([",".join(kinds), *(",".join(one[kind] for kind in kinds) for one in people)])


def spoiled(people: list[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """Some fields empty, of somebody else, of nobody, or with a letter wrong."""
    chance = random.Random(seed)  # noqa: S311  # a test
    rows = [dict(one) for one in people]
    for row in rows:
        kind = chance.choice(KINDS)
        other = chance.choice(people)[kind]
        row[kind] = chance.choice((row[kind], row[kind], "", other, row[kind][:-1] + "9", row[kind]))
    return rows


def told(finding: Finding) -> list[object]:
    matches = [(match.subject, match.since, match.until, dict(match.place)) for match in finding.matches]
    return [finding.verdict, finding.members.tolist(), finding.people, finding.dated, dict(finding.fields), matches]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call settles."""
    seen: list[int] = []

    def counted(*given: object) -> tuple[Candidates, Scores] | None:
        made = settle(*given)  # type: ignore[arg-type]  # handed through
        seen.append(made[0].unit.size if made else 0)
        return made

    monkeypatch.setattr(passage, "settle", counted)
    return seen


def unsettled(bench: Bench, document: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    with monkeypatch.context() as patch:
        patch.setattr(passage, "settle", lambda *_: None)
        return bench.match(document)


@pytest.mark.parametrize("kinds", [KINDS, ("customer_number", "name"), ("name", "phone"), ("email", "birth_date")])
def test_a_dump_of_ours_is_settled_and_told_as_it_would_be(
    once: Bench, kinds: tuple[str, ...], settled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = written(PEOPLE[::2], kinds)
    assert told(once.match(document)) == told(unsettled(once, document, monkeypatch))
    assert sum(settled) == len(PEOPLE[::2])


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_contradict_themselves_are_told_as_they_would_be(
    once: Bench, seed: int, settled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = written(spoiled(PEOPLE, seed), KINDS)
    assert told(once.match(document)) == told(unsettled(once, document, monkeypatch))
    assert 0 < sum(settled) < len(PEOPLE)


def test_settled_rows_are_dated_by_every_field(
    moved: Bench, settled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [
        one
        | {"address": f"大阪府大阪市北区中之島{n % 9 + 1}-{n % 5 + 1}-{n % 7 + 1}", "name": f"再婚　{one['name'][-2:]}"}
        for n, one in enumerate(PEOPLE)
        if n % 3 == 0
    ]
    for people, since, until in ((now, date(2026, 5, 1), None), (PEOPLE, None, date(2026, 5, 1))):
        document = written(people, KINDS)
        finding = moved.match(document)
        assert told(finding) == told(unsettled(moved, document, monkeypatch))
        assert any(match.since == since if since else match.until == until for match in finding.matches)
    assert all(settled)


def test_two_people_in_one_row_are_both_looked_for(once: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    row = [PEOPLE[3]["customer_number"], PEOPLE[3]["name"], PEOPLE[3]["email"], PEOPLE[90]["phone"]]
    document = "\n".join([written(PEOPLE[4:40], ("customer_number", "name", "email", "phone")), ",".join(row)])
    assert told(once.match(document)) == told(unsettled(once, document, monkeypatch))

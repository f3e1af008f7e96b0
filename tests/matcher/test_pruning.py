"""Dropping who cannot catch up changes nothing but the time it takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from matcher import passage
from matcher.compare.pruning import drop_hopeless
from tests.matcher.conftest import Bench

if TYPE_CHECKING:
    from matcher.compare.candidates import Candidates
    from matcher.finding import Finding

NAMES = [("架空　一郎", "カクウ　イチロウ"), ("仮名　二葉", "カメイ　フタバ"), ("例山　三奈", "レイヤマ　ミナ")]
KINDS = ("name", "kana", "birth_date", "postal_code", "address", "phone", "email")


def customer(number: int, name: str, kana: str) -> dict[str, str]:
    """One of many who share names, days, towns and the ends of their phones."""
    return {
        "customer_number": f"K{number:06d}",
        "name": name,
        "kana": kana,
        "birth_date": f"1985-04-{number % 4 + 1:02d}",
        "postal_code": f"100-000{number % 3}",
        "address": f"東京都千代田区千代田{number % 5 + 1}-{number % 7}-{number % 3}",
        "phone": f"090-0{number:03d}-{number % 10:04d}",
        "email": f"user{number}@carrier.example",
    }


PEOPLE = [customer(n, *NAMES[n % len(NAMES)]) for n in range(1, 181)]


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Customers that are hard to tell apart, enrolled."""
    folder, key = tmp_path_factory.mktemp("alike"), Key(b"k" * 32)
    build_index(folder, key, "alike", {k: [p[k] for p in PEOPLE] for k in PEOPLE[0]}, as_of=date(2026, 4, 1))
    index = Index.open(folder, key)
    return Bench(index, Digester(key), load_kinds(index.number_patterns))


def told(finding: Finding) -> list[object]:
    return [finding.verdict, finding.members.tolist(), finding.people, finding.dated, dict(finding.fields)]


@pytest.mark.parametrize(
    "kinds",
    [KINDS, ("name", "phone"), ("name", "birth_date"), ("kana", "phone", "address"), ("name", "postal_code", "email")],
)
@pytest.mark.parametrize("style", ["table", "prose"])
def test_who_is_dropped_early_would_have_been_dropped_late(
    alike: Bench, kinds: tuple[str, ...], style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = "," if style == "table" else "、"
    lines = [between.join(person[kind] for kind in kinds) for person in PEOPLE[::3]]
    document = "\n".join(lines) if style == "table" else "。\n\n".join(f"昨日の{line}の話" for line in lines)
    seen: list[int] = []

    def counted(rows: Candidates, population: int) -> Candidates:
        kept = drop(rows, population)
        seen.append(rows.unit.size - kept.unit.size)
        return kept

    drop = drop_hopeless
    monkeypatch.setattr(passage, "settle", lambda *_: None)
    monkeypatch.setattr(passage, "drop_hopeless", counted)
    quick = alike.match(document)
    monkeypatch.setattr(passage, "drop_hopeless", lambda rows, _population: rows)
    assert told(quick) == told(alike.match(document))
    if kinds == KINDS:
        assert sum(seen) > len(lines)


def test_rows_that_are_kept_keep_what_led_to_them(alike: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[Candidates, Candidates]] = []
    drop = drop_hopeless

    def watched(rows: Candidates, population: int) -> Candidates:
        taken.append((rows, drop(rows, population)))
        return taken[-1][1]

    monkeypatch.setattr(passage, "settle", lambda *_: None)
    monkeypatch.setattr(passage, "drop_hopeless", watched)
    alike.match("\n".join(",".join(person[kind] for kind in KINDS) for person in PEOPLE))
    before, after = taken[0]
    pairs = [
        {(int(rows.unit[row]), int(rows.subject[row]), int(value)) for row, value in zip(*rows.led, strict=True)}
        for rows in (before, after)
    ]
    kept = {(int(unit), int(subject)) for unit, subject in zip(after.unit, after.subject, strict=True)}
    assert pairs[1] == {hit for hit in pairs[0] if hit[:2] in kept}
    assert np.unique(after.unit).size == np.unique(before.unit).size

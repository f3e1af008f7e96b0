"""Canaries: unlike anybody enrolled, told from customers only with the key, and one of them settles the extract."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyroaring import BitMap

from cli.custody.canaries import draw_people
from custody.canaries import draw_number, flocks, make_canaries, take_for_drill, write_canary_rows
from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.errors import CustodyError
from custody.ranking import CANARY, Candidate, candidates_of, rank_extracts
from fingerprints.errors import DamagedIndexError, OtherVersionError, WrongKeyError
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.index.canaries import BLOCK_BYTES, CANARIES_FILE, Canary, read_canaries, write_canaries
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import Key, create_key
from tests.custody.test_enrolment import HEADERS, write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

DAY = date(2026, 4, 1)


@pytest.fixture
def key(settings: Settings) -> Key:
    return create_key(settings.home / "key")


def _make(settings: Settings, key: Key, index: Index | None, extract: str, count: int) -> list[Canary]:
    return make_canaries(
        settings.index_dir,
        key,
        index,
        extract,
        count,
        draw=lambda wanted: draw_people(wanted, "mail.example"),
        random=random.Random(3),  # noqa: S311  # a fixed seed
        today=DAY,
    )


def _with_canaries(path: Path, columns: dict[str, list[str]], canaries: list[Canary]) -> Path:
    """The customers with the canaries mixed in, under the same headers."""
    write_csv(path, columns)
    rows = io.StringIO()
    write_canary_rows(canaries, [HEADERS[kind] for kind in columns], rows)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(list(csv.reader(io.StringIO(rows.getvalue())))[1:])
    return path


def _enrol(enroller: Enroller, path: Path, extract: str) -> None:
    enroller.enrol(path, understand(path), Lending(extract, DAY, f"holder of {extract}"), processes=1)


@pytest.mark.parametrize("numbers", [["K000001", "K000900"], ["1234-567890", "9999-123456"], ["AB12.3", "XY98.7"]])
def test_numbers_have_the_carriers_form(numbers: list[str]) -> None:
    for form in learn_patterns(numbers):
        drawn = draw_number(form, random.Random(1))  # noqa: S311  # a fixed seed
        assert re.fullmatch(form, drawn)
        assert len(drawn) == len(numbers[0])


def test_a_canary_settles_which_of_two_equal_extracts_it_was(
    tmp_path: Path, settings: Settings, key: Key, database: Database, clock: SetClock
) -> None:
    enroller = Enroller(settings, key, database, clock)
    _enrol(enroller, write_csv(tmp_path / "all.csv", customers(range(60))), "all")
    index = Index.open(settings.index_dir, key)
    for name in ("east", "west"):
        canaries = _make(settings, key, index, name, 3)
        assert all(re.fullmatch(r"K\d{6}", one.number) for one in canaries)
        _enrol(enroller, _with_canaries(tmp_path / f"{name}.csv", customers(range(40)), canaries), name)
    index = Index.open(settings.index_dir, key)
    assert {name: len(found) for name, found in index.canaries.items()} == {"east": 3, "west": 3}
    assert (index.subjects, index.customers) == (66, 60), "a canary is no customer"
    assert [(one.extract, one.made, one.enrolled) for one in flocks(settings.index_dir, key, index)] == [
        ("east", 3, 3),
        ("west", 3, 3),
    ]
    leaked = BitMap(range(20))
    columns = set(customers(range(1)))
    unsettled = rank_extracts(leaked, columns, candidates_of(index), index.subjects)
    assert "west" in unsettled[0].tied_with or unsettled[0].extract == "west"
    one_canary = BitMap([next(iter(index.canaries["west"]))])
    ranked = rank_extracts(leaked | one_canary, columns, candidates_of(index), index.subjects)
    assert (ranked[0].extract, ranked[0].terms["canary"], ranked[0].tied_with) == ("west", CANARY, ())
    assert all("canary" not in one.terms for one in ranked[1:])


def test_a_canary_outweighs_a_whole_dump_and_an_unsure_one_nothing() -> None:
    dump = Candidate("dump", BitMap(range(1_000_000)), frozenset({"name"}))
    small = Candidate("small", BitMap([5]), frozenset({"name"}), canaries=BitMap([5]))
    leaked, sure = BitMap(range(100_000)), np.ones(100_000)
    assert rank_extracts(leaked, {"name"}, [dump, small], 10_000_000, sure=sure)[0].extract == "small"
    sure[5] = 0.5
    assert rank_extracts(leaked, {"name"}, [dump, small], 10_000_000, sure=sure)[0].extract == "dump"


def test_canaries_share_nothing_with_customers_and_read_as_people(
    tmp_path: Path, settings: Settings, key: Key, database: Database, clock: SetClock
) -> None:
    _enrol(Enroller(settings, key, database, clock), write_csv(tmp_path / "c.csv", customers(range(90))), "all")
    index = Index.open(settings.index_dir, key)
    made = _make(settings, key, index, "calls", 40)
    kinds = load_kinds()
    for one in made:
        assert all(kinds[kind].canonical(value) for kind, value in one.values.items())
        assert re.fullmatch(r"090-0\d\d\d-\d{4}", one.values["phone"])
    assert len({one.number for one in made}) == len({one.values["phone"] for one in made}) == 40
    again = _make(settings, key, index, "calls", 40)
    assert {one.number for one in made}.isdisjoint(one.number for one in again)


def test_the_same_person_is_never_two_canaries(settings: Settings, key: Key) -> None:
    same = draw_people(1, "mail.example")
    with pytest.raises(CustodyError, match="only 1 of 2 canaries"):
        make_canaries(
            settings.index_dir,
            key,
            None,
            "calls",
            2,
            draw=lambda _wanted: same,
            random=random.Random(3),  # noqa: S311  # a fixed seed
            today=DAY,
        )
    assert read_canaries(settings.index_dir, key) == []


def test_the_file_tells_nothing_without_the_key(tmp_path: Path) -> None:
    key, other = create_key(tmp_path / "key"), create_key(tmp_path / "other")
    few = [Canary("calls", "K000001", "2026-04-01", {"name": "架空　一郎"})]
    many = [Canary("calls", f"K{n:06d}", "2026-04-01", {"name": "架空　一郎"}) for n in range(90)]
    sizes = set()
    for canaries in (few, many):
        write_canaries(tmp_path, key, canaries)
        assert read_canaries(tmp_path, key) == canaries
        written = (tmp_path / CANARIES_FILE).read_bytes()
        sizes.add(len(written))
        for word in ("calls", "K000001", "架空", "2026-04-01"):
            assert word.encode() not in written
    assert len(sizes) == 1
    assert sizes.pop() > BLOCK_BYTES
    with pytest.raises(WrongKeyError):
        read_canaries(tmp_path, other)
    (tmp_path / CANARIES_FILE).write_bytes(written[:-1] + bytes([written[-1] ^ 1]))
    with pytest.raises(DamagedIndexError, match="seal does not open"):
        read_canaries(tmp_path, key)
    (tmp_path / CANARIES_FILE).write_bytes(b"hinomi-canaries 9 " + written[18:])
    with pytest.raises(OtherVersionError):
        read_canaries(tmp_path, key)


def test_without_an_index_there_is_nothing_to_drill_with(tmp_path: Path) -> None:
    assert take_for_drill(tmp_path, create_key(tmp_path / "key"), None, "now") is None


def test_rows_for_names_in_two_columns_hold_a_half_in_each(tmp_path: Path) -> None:
    halves = [("大野", "義人"), ("中村", "咲子"), ("渡辺", "健一"), ("木村", "美香"), ("斎藤", "由紀")]
    path = tmp_path / "like.csv"
    lines = [f"K{n:06},{given},{family},090-0000-00{n:02}" for n, (family, given) in enumerate(halves)]
    path.write_text("\n".join(["番号,f1,f2,電話", *lines]), encoding="utf-8")
    canary = Canary("calls", "K999999", "2026-04-01", {"name": "架空　一郎", "customer_number": "K999999"})
    rows = io.StringIO()
    write_canary_rows([canary], ["番号", "f1", "f2", "電話"], rows, understand(path))
    assert rows.getvalue().splitlines()[1] == "K999999,一郎,架空,"

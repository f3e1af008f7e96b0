"""A row that the index has as it is written is not read again, and nothing of what is told of it is lost."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from fingerprints.building.row_digests import RowDigester, reading_form
from fingerprints.secrets.keys import Key

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from custody.enrolment.enroller import EnrolmentResult

HEADER = ("お客様番号", "氏名", "携帯電話番号", "生年月日", "備考")
KEY = Key(bytes(range(32)))


@pytest.fixture
def enroller(settings: Settings, database: Database, clock: Clock) -> Enroller:
    return Enroller(settings, KEY, database, clock)


def people(count: int) -> list[dict[str, str]]:
    return [
        dict(zip(HEADER, (f"K{n:06d}", f"架空 {n}郎", f"090-0000-{n:04d}", f"19{n % 90 + 10}-01-02", "-"), strict=True))
        for n in range(count)
    ]


def write(path: Path, rows: list[dict[str, str]], header: tuple[str, ...] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *([row[name] for name in header] for row in rows)])
    return path


def enrol(enroller: Enroller, path: Path, month: int) -> EnrolmentResult:
    return enroller.enrol(path, understand(path), Lending("all", date(2026, month, 1)))


def test_columns_in_another_order_and_unused_ones_change_no_row(tmp_path: Path, enroller: Enroller) -> None:
    rows = people(60)
    enrol(enroller, write(tmp_path / "a.csv", rows), 1)
    for row in rows:
        row["備考"] = "another remark"
    again = enrol(enroller, write(tmp_path / "b.csv", rows, HEADER[::-1]), 2)
    assert (again.unchanged, again.changed) == (60, 0)


def test_a_row_written_otherwise_is_read_and_changes_nothing(tmp_path: Path, enroller: Enroller) -> None:
    rows = people(60)
    enrol(enroller, write(tmp_path / "a.csv", rows), 1)
    rows[7]["携帯電話番号"] = rows[7]["携帯電話番号"].replace("-", "")
    again = enrol(enroller, write(tmp_path / "b.csv", rows), 2)
    assert (again.unchanged, again.changed, again.subjects) == (59, 0, 60)
    assert enrol(enroller, write(tmp_path / "c.csv", rows), 3).unchanged == 60


def test_what_could_not_be_read_is_told_every_time(tmp_path: Path, enroller: Enroller) -> None:
    rows = people(60)
    rows[3]["携帯電話番号"] = "unknown"
    rows[4] |= {"お客様番号": "", "氏名": "", "携帯電話番号": ""}
    tallies = [
        (done.unread, done.rejected_count, done.rows, done.subjects)
        for done in (enrol(enroller, write(tmp_path / f"{month}.csv", rows), month) for month in (1, 2, 3))
    ]
    assert tallies == [({"phone": 1}, 1, 60, 59)] * 3


def test_other_programs_read_every_row_anew(
    tmp_path: Path, enroller: Enroller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.csv", people(20))
    enrol(enroller, path, 1)
    assert enrol(enroller, path, 2).unchanged == 20
    monkeypatch.setattr("fingerprints.building.row_digests.reading_form", lambda: b"another release")
    later = enrol(enroller, path, 3)
    assert (later.unchanged, later.changed, later.subjects) == (0, 0, 20)


def test_cells_do_not_run_into_each_other() -> None:
    digester = RowDigester(KEY)
    rows = [("a\x1fb", ""), ("a", "\x1fb"), ("a", "b\x1f"), ("ab", ""), ("", "ab"), ("a", "b"), ("\ud800", "b")]
    digests = digester.digests("form", list(zip(*rows, strict=True)))
    assert np.unique(digests).size == len(rows)
    assert digester.digests("form", list(zip(*rows, strict=True))).tolist() == digests.tolist()
    assert not set(digester.digests("other form", list(zip(*rows, strict=True))).tolist()) & set(digests.tolist())
    assert len(reading_form()) == 16

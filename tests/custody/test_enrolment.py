"""Enrolment end to end: files in, index and register out, and nothing at all when it is stopped."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import textwrap
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import select

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, EnrolmentResult, Lending
from custody.errors import EnrolmentError, TooManyRejectedError
from custody.models import DONE, FAILED, RUNNING, Enrolment, Extract, Processor
from custody.register.ledger import candidates
from fingerprints.building.builder import IndexBuilder
from fingerprints.index.generation import Index
from fingerprints.pairs import PAIRS
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key, create_key, load_key
from tests.fingerprints.lifted import lifted
from tests.fingerprints.people import customers
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

HEADERS = {
    "customer_number": "お客様番号",
    "name": "氏名",
    "kana": "フリガナ",
    "phone": "携帯電話番号",
    "email": "メールアドレス",
    "postal_code": "郵便番号",
    "address": "住所",
    "birth_date": "生年月日",
}
DAY = date(2026, 4, 1)


def write_csv(path: Path, columns: dict[str, list[str]], *, encoding: str = "utf-8") -> Path:
    """The columns as a CSV file with Japanese headers."""
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADERS[kind] for kind in columns)
        out.writerows(zip(*columns.values(), strict=True))
    return path


@pytest.fixture
def key(settings: Settings) -> Key:
    return create_key(settings.home / "key")


@pytest.fixture
def enroller(settings: Settings, key: Key, database: Database, clock: SetClock) -> Enroller:
    return Enroller(settings, key, database, clock)


def enrol(
    enroller: Enroller, path: Path, name: str = "calls", *, as_of: date = DAY, processes: int = 1
) -> EnrolmentResult:
    lending = Lending(name, as_of, processor="架空コール", parent="架空商事")
    return enroller.enrol(path, understand(path), lending, processes=processes)


def test_a_file_becomes_index_and_register(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key, database: Database
) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(40)), encoding="cp932")
    result = enrol(enroller, path)
    assert (result.rows, result.subjects, result.rejected_count) == (40, 40, 0)
    assert result.fingerprints == 40 * (8 + len(PAIRS) + 2)  # a name has two halves, each in two pairs
    assert {"extract", "rows", "subjects", "fingerprints", "rejected", "seconds", "peak_mib"} <= set(result.as_json())
    index = Index.open(settings.index_dir, key, check=True)
    assert index.subjects == 40
    assert index.number_patterns == ("K[0-9０-９]{6}",)
    with database.read() as session:
        extract = session.scalars(select(Extract)).one()
        assert (extract.name, extract.size, extract.as_of) == ("calls", 40, DAY)
        assert extract.processor
        assert extract.processor.parent
        assert (extract.processor.name, extract.processor.parent.name) == ("架空コール", "架空商事")
        run = session.scalars(select(Enrolment)).one()
        assert (run.state, run.rows, run.generation, run.extract_id) == (DONE, 40, 1, extract.id)
        assert [(c.extract, len(c.members)) for c in candidates(session, index)] == [("calls", 40)]


def test_the_same_file_again_changes_nothing(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key, database: Database
) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(10)))
    first = enrol(enroller, path)
    digests = Index.open(settings.index_dir, key).segments[0].digests.tolist()
    second = enrol(enroller, path)
    assert (second.rows, second.subjects, second.fingerprints) == (first.rows, first.subjects, first.fingerprints)
    assert Index.open(settings.index_dir, key).segments[0].digests.tolist() == digests
    with database.read() as session:
        assert len(session.scalars(select(Extract)).all()) == 1
        assert len(session.scalars(select(Processor)).all()) == 2


def test_several_processes_give_the_same_index(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custody.enrolment.batches.BATCH_ROWS", 100)
    path = write_csv(tmp_path / "c.csv", customers(range(450)))
    enrol(enroller, path)
    alone = settings.index_dir.rename(settings.home / "alone")
    together = enrol(enroller, path, processes=2)
    index = Index.open(settings.index_dir, key)
    assert together.subjects == 450
    assert lifted(index.folder, key) == lifted(alone / index.folder.name, key)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_header_of_several_lines_before_a_long_list_is_no_part_of_it(
    tmp_path: Path, enroller: Enroller, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr("custody.enrolment.batches.BATCH_ROWS", 100)
    path = write_csv(tmp_path / "c.csv", customers(range(250)))
    text = path.read_text("utf-8").replace(HEADERS["customer_number"], f'"{HEADERS["customer_number"]}\n（必須）"', 1)
    path.write_text(text, "utf-8")
    result = enrol(enroller, path, processes=processes)
    assert (result.rows, result.subjects) == (250, 250)


def test_several_processes_leave_out_what_did_not_change(
    tmp_path: Path, enroller: Enroller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custody.enrolment.batches.BATCH_ROWS", 100)
    columns = customers(range(450))
    first = enrol(enroller, write_csv(tmp_path / "c.csv", columns))
    columns["phone"][7] = "090-0000-8888"
    again = enrol(enroller, write_csv(tmp_path / "later.csv", columns), as_of=date(2026, 5, 1), processes=2)
    assert (again.subjects, again.unchanged, again.changed) == (450, 449, 1)
    assert again.written_bytes < first.written_bytes / 5


def test_rows_that_cannot_be_used_are_named_and_the_rest_goes_on(
    tmp_path: Path, enroller: Enroller, settings: Settings
) -> None:
    columns = customers(range(60))
    for kind in columns:
        columns[kind][30] = ""
    columns["customer_number"][30], columns["name"][30] = "???", "架空 余白"
    columns["phone"][31] = "不明"
    path = write_csv(tmp_path / "c.csv", columns)
    with path.open("a", encoding="utf-8") as file:
        file.write("K999999,架空一郎,,,,,,,多い,列\n")
    result = enrol(enroller, path)
    assert (result.rows, result.subjects, result.rejected_count) == (61, 59, 2)
    assert [one.row for one in result.rejected] == [32, 62]
    assert "customer_number" in result.rejected[0].reason
    assert result.unread == {"customer_number": 1, "phone": 1}
    assert result.rejected_file == settings.home / "enrolments" / "1-rejected.csv"
    listed = result.rejected_file.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in listed] == ["row", "32", "62"]
    assert "架空" not in result.rejected_file.read_text(encoding="utf-8")
    assert result.rejected_file.stat().st_mode & 0o77 == 0


def test_mixed_up_columns_stop_the_run_before_it_is_switched_in(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key, database: Database
) -> None:
    enrol(enroller, write_csv(tmp_path / "good.csv", customers(range(30))), "good")
    bad = customers(range(30), without=("customer_number",))
    for kind in ("email", "phone", "address", "birth_date", "postal_code"):
        bad[kind][5:9] = [""] * 4
    path = write_csv(tmp_path / "bad.csv", bad)
    with pytest.raises(TooManyRejectedError, match="4 of 30 rows"):
        enrol(enroller, path, "bad")
    index = Index.open(settings.index_dir, key, check=True)
    assert [info.name for info in index.extracts] == ["good"]
    assert not list(settings.index_dir.glob("*.part"))
    with database.read() as session:
        assert [e.name for e in session.scalars(select(Extract))] == ["good"]
        assert [run.state for run in session.scalars(select(Enrolment).order_by(Enrolment.id))] == [DONE, FAILED]
    result = enroller.enrol(path, understand(path), Lending("bad", DAY), max_rejected=0.2)
    assert result.subjects == 26


def test_a_column_that_is_plainly_something_else_stops_the_run(tmp_path: Path, enroller: Enroller) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(30)))
    plan = understand(path, {"phone": "氏名"})
    with pytest.raises(TooManyRejectedError, match="氏名 was taken for phone") as caught:
        enroller.enrol(path, plan, Lending("calls", DAY))
    assert "--map phone=" in caught.value.hint


def test_requests_that_cannot_be_meant_are_refused(tmp_path: Path, enroller: Enroller) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(3)))
    with pytest.raises(EnrolmentError, match="needs a name"):
        enroller.enrol(path, understand(path), Lending(" ", DAY))
    with pytest.raises(EnrolmentError, match="2030-01-01 has not come"):
        enroller.enrol(path, understand(path), Lending("calls", date(2030, 1, 1)))


KILLED = """
    import sys
    from datetime import date
    from pathlib import Path
    from core.clock import SystemClock
    from core.database import Database
    from core.settings import load_settings
    from custody.enrolment import enroller as module
    from custody.enrolment.columns import understand
    from fingerprints.secrets.keys import load_key

    def stop(*args, **kwargs):
        print("here", flush=True)
        sys.stdin.read()

    module.{place} = stop
    settings = load_settings(sys.argv[1], database={{"url": sys.argv[2]}})
    enroller = module.Enroller(
        settings, load_key(settings.key, settings.home), Database(settings.database_url), SystemClock()
    )
    path = Path(sys.argv[3])
    enroller.enrol(path, understand(path), module.Lending("killed", date(2026, 4, 1), "架空コール"))
"""


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("place", "switched"),
    [("check", False), ("learn_patterns", False), ("finish_enrolment", True)],
)
def test_a_killed_run_is_settled_by_the_next(
    tmp_path: Path, enroller: Enroller, settings: Settings, database: Database, *, place: str, switched: bool
) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(20)))
    script = textwrap.dedent(KILLED.format(place=place))
    with ended(subprocess.Popen(
        [sys.executable, "-c", script, str(settings.home), settings.database_url, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )) as child:  # fmt: skip
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    with database.read() as session:
        assert session.scalars(select(Enrolment.state)).all() == [RUNNING]
        assert session.scalars(select(Extract)).all() == []
    enrol(enroller, path, "next")
    index = Index.open(settings.index_dir, load_key(settings.key, settings.home), check=True)
    expected = ["killed", "next"] if switched else ["next"]
    assert [info.name for info in index.extracts] == expected
    with database.read() as session:
        assert session.scalars(select(Extract.name).order_by(Extract.name)).all() == expected
        states = session.scalars(select(Enrolment.state).order_by(Enrolment.id)).all()
        assert states == [DONE if switched else FAILED, DONE]


@pytest.mark.parametrize("switched", [False, True])
def test_a_run_has_failed_only_if_its_generation_does_not_serve(
    tmp_path: Path, enroller: Enroller, database: Database, monkeypatch: pytest.MonkeyPatch, *, switched: bool
) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(20)))
    finish = IndexBuilder.finish

    def finish_and_fail(self: IndexBuilder, *given: Any) -> None:
        if switched:
            finish(self, *given)
        raise OSError("the disk went away")

    monkeypatch.setattr(IndexBuilder, "finish", finish_and_fail)
    with pytest.raises(OSError, match="went away"):
        enrol(enroller, path, "first")
    monkeypatch.undo()
    with database.read() as session:
        assert session.scalars(select(Enrolment.state)).all() == [RUNNING if switched else FAILED]
    enrol(enroller, path, "next")
    with database.read() as session:
        assert session.scalars(select(Extract.name).order_by(Extract.name)).all() == ["first", "next"][not switched :]
        states = session.scalars(select(Enrolment.state).order_by(Enrolment.id)).all()
    assert states == [DONE if switched else FAILED, DONE]


def test_an_open_quote_costs_its_row_and_is_listed(tmp_path: Path, enroller: Enroller) -> None:
    path = write_csv(tmp_path / "c.csv", customers(range(100)))
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[20] = 'K000019,"壊れ,た'
    path.write_text("\n".join(lines), encoding="utf-8")
    result = enrol(enroller, path)
    assert (result.rows, result.subjects, result.rejected_count) == (100, 99, 1)
    assert result.rejected[0].row == 21
    assert "quote" in result.rejected[0].reason


def test_a_second_phone_is_found_like_the_first(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key
) -> None:
    path = tmp_path / "c.csv"
    rows = [f"K{n:06d},架空　一郎,090-0000-{n:04d},03-0000-{n:04d}" for n in range(20)]
    path.write_text(
        "\n".join(["お客様番号,氏名,携帯電話番号,自宅電話", *rows, "K000020,仮名　二葉,,"]), encoding="utf-8"
    )
    first = enrol(enroller, path)
    assert (first.rows, first.subjects, first.rejected_count) == (21, 21, 0)
    index, digester = Index.open(settings.index_dir, key), Digester(key)
    for phone in ("09000000007", "0300000007"):
        hits = index.lookup(np.array([digester.digest("phone", phone)], np.uint64))
        assert index.reveal(hits.subject) == ["K000007"]
    name, last = digester.digest_many("name", ["架空一郎"]), digester.digest_many("phone.last4", ["0007"])
    assert index.lookup(digester.pair("name+phone_last4", name, last)).subject.size == 1
    again = enrol(enroller, path)
    assert (again.subjects, again.fingerprints) == (first.subjects, first.fingerprints)


def test_a_second_phone_that_is_gone_is_no_longer_current(
    tmp_path: Path, enroller: Enroller, settings: Settings, key: Key
) -> None:
    path = tmp_path / "c.csv"
    for day, phone in ((1, "03-0000-0007"), (2, "03-0000-0008")):
        path.write_text(f"お客様番号,携帯電話番号,自宅電話\nK000007,090-0000-0007,{phone}\n", encoding="utf-8")
        enroller.enrol(path, understand(path), Lending("calls", date(2026, 4, day)), processes=1)
    index, digester = Index.open(settings.index_dir, key), Digester(key)
    until = [
        int(index.lookup(np.array([digester.digest("phone", phone)], np.uint64)).until[0])
        for phone in ("09000000007", "0300000007", "0300000008")
    ]
    assert until[0] == until[2] == 65535
    assert until[1] < 65535

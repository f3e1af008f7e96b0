"""Lines of a log on their way to a worker and back: sealed, in order, and refused by whoever may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from polars.testing import assert_frame_equal

from cluster.errors import ClusterError
from cluster.labour import Labour
from cluster.parts import ClusterReaders
from cluster.units import ACCESS_LOG, CUSTOMERS, DONE, REFUSED, REPLIES, UNITS, AskedPart, Envelope
from cluster.versions import stand_of
from core.settings import load_settings
from custody.enrolment.column_plan import Column, ColumnPlan
from custody.enrolment.parts import JOBS as ROW_JOBS
from custody.enrolment.parts import PartJob, work_of
from custody.enrolment.parts import pack_plan as pack_columns
from custody.enrolment.rows import Batch
from custody.enrolment.table_format import TableFormat
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key, load_key
from tests.cluster.files.wire import WireTap
from trails.far_lines import JOBS, LinesJob, make_far, pack_plan, records_of
from trails.formats import format_called
from trails.lines import Piece, read_pieces
from trails.mapping.mapping_file import TrailMapping
from trails.number_digests import KeyedDoor
from trails.record_maker import RecordMaker
from trails.times import TimeReading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster.versions import Stand
    from trails.records import AccessRecords

COLUMNS = ("日時", "作業者番号", "操作内容", "お客様番号")
ROWS = [f"2026/04/{1 + i % 28:02d} 10:00:00,作業者{i % 7},照会業務,K{i:06d}" for i in range(400)]
FIELDS = ("when", "operator", "action", "subjects")
MAPPING = TrailMapping(
    "受電センター", "csv", fields={field: (column,) for field, column in zip(FIELDS, COLUMNS, strict=True)},
    constants={"processor": "架空コールズ"}, actions={"照会業務": "view"},
)  # fmt: skip
ENCODING = "cp932"


@pytest.fixture
def key(home: Path) -> Key:
    return load_key(load_settings(home).key, home)


@pytest.fixture
def labour(home: Path) -> Iterator[Labour]:
    made = Labour(load_settings(home))
    yield made
    made.close()


@pytest.fixture
def wire(labour: Labour, monkeypatch: pytest.MonkeyPatch) -> WireTap:
    made = WireTap(labour.do)
    monkeypatch.setattr("cluster.parts.Engine", lambda _settings: made)
    return made


@pytest.fixture
def make(key: Key) -> RecordMaker:
    door = KeyedDoor(Digester(key), load_kinds()[NUMBER_KIND])
    head = [",".join(COLUMNS), *ROWS[:9]]
    return RecordMaker(
        MAPPING, TimeReading(), door, datetime(2026, 11, 25, tzinfo=UTC), format_called("csv"), head, keeps_lines=True
    )


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("trails.lines.BLOCK_BYTES", 4096)
    path = tmp_path / "受電記録.csv"
    path.write_text("\n".join([",".join(COLUMNS), *ROWS]) + "\n", ENCODING)
    return path


@pytest.fixture
def job(make: RecordMaker) -> bytes:
    return JOBS.pack(LinesJob(pack_plan(make), Piece(2, "\n".join(ROWS[:9]).encode(), "utf-8", last=False)))


def far_records(log: Path, make: RecordMaker, home: Path, key: Key) -> list[AccessRecords]:
    far = ClusterReaders(load_settings(home), key, ACCESS_LOG)
    return list(make_far(make.jobs(read_pieces(log, ENCODING)), make, far, log.name))


def test_records_come_back_as_this_machine_makes_them(
    wire: WireTap, log: Path, make: RecordMaker, home: Path, key: Key
) -> None:
    here = [make(job) for job in make.jobs(read_pieces(log, ENCODING))]
    far = far_records(log, make, home, key)
    assert len(far) == len(here) == wire.units > 3
    assert sum(one.lines for one in far) == len(ROWS)
    for one, other in zip(far, here, strict=True):
        assert_frame_equal(one.frame, other.frame, categorical_as_str=True)
        assert one.raw is not None
        assert other.raw is not None
        assert one.raw.to_list() == other.raw.to_list()
    assert wire.is_closed


def test_nothing_that_goes_over_the_engine_shows_a_line_a_number_or_the_file(
    wire: WireTap, log: Path, make: RecordMaker, home: Path, key: Key
) -> None:
    assert far_records(log, make, home, key)
    values = {value for row in ROWS for value in row.split(",")} | {*COLUMNS, MAPPING.system, "架空コールズ", log.name}
    words = [word.encode(code) for word in values for code in ("utf-8", "utf-16-le", ENCODING)]
    said = b"\n".join(wire.carried)
    assert not [word for word in words if word in said]
    for packed in wire.carried[1::3]:  # as whoever holds the key sees it, they are there: the look above sees something
        _, content = Envelope(key).asked(UNITS.unpack(packed))
        assert isinstance(content, bytes)
        assert any(word in content for word in words)
        assert log.name.encode() not in content


def test_whoever_has_enough_of_it_leaves_no_line_open(
    wire: WireTap, log: Path, make: RecordMaker, home: Path, key: Key
) -> None:
    far = ClusterReaders(load_settings(home), key, ACCESS_LOG)
    made = make_far(make.jobs(read_pieces(log, ENCODING)), make, far, log.name)
    next(made)
    assert not wire.is_closed
    made.close()
    assert wire.is_closed


def test_an_answer_that_was_changed_on_the_way_ends_the_run_at_those_lines(
    wire: WireTap, log: Path, make: RecordMaker, home: Path, key: Key
) -> None:
    wire.change(1)
    second = list(read_pieces(log, ENCODING))[1].first
    with pytest.raises(ClusterError, match=f"{log.name}, line {second} and"):
        far_records(log, make, home, key)


def asked(labour: Labour, key: Key, stand: Stand, content: bytes, of: str = ACCESS_LOG) -> tuple[str, Any]:
    envelope = Envelope(key)
    unit = envelope.unit(AskedPart(of, "run", 7), stand, content)
    word, value = REPLIES.unpack(labour.do(UNITS.pack(unit), at="here"))
    return word, envelope.open(unit.name, "answer", value) if word == DONE else value


def test_lines_under_another_key_or_program_are_refused_by_name(labour: Labour, key: Key, job: bytes) -> None:
    stand, other = stand_of(None, key.id), Key(b"o" * 32)
    for whose, wanted, why in (
        (other, replace(stand, key_id=other.id), "key"), (key, replace(stand, code="00" * 32), "code"),
    ):  # fmt: skip
        word, value = asked(labour, whose, wanted, job)
        assert (word, value["why"]) == (REFUSED, why)


def test_a_part_of_what_nobody_knows_is_refused_and_the_next_is_read(labour: Labour, key: Key, job: bytes) -> None:
    stand = stand_of(None, key.id)
    word, value = asked(labour, key, stand, job, "weather")
    assert (word, value["why"]) == (REFUSED, "broken")
    assert records_of(asked(labour, key, stand, job)[1], "line 2").lines == 9


def test_rows_of_a_list_and_lines_of_a_log_may_come_in_turn(labour: Labour, key: Key, job: bytes) -> None:
    stand = stand_of(None, key.id)
    plan = ColumnPlan(TableFormat(",", "utf-8"), True, 1, {"name": Column((0,), ("氏名",), "header", 1.0)}, ())
    rows = ROW_JOBS.pack(PartJob(pack_columns(plan), 21_000, Batch([2, 3], [["架空 一郎"], ["仮名 二葉"]])))
    for _ in range(2):
        assert records_of(asked(labour, key, stand, job)[1], "line 2").lines == 9
        assert work_of(asked(labour, key, stand, rows, CUSTOMERS)[1], "line 2").rows == 2

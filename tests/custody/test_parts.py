"""A part of a file that is read elsewhere gives what it gives here, whatever stands in it and in its plan."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import HinomiError
from core.processes.plain import ForgedMessageError
from core.processes.worker import WorkerError
from custody.enrolment.column_plan import FLOAT, SERIAL, Column, ColumnPlan, Remark, ShownColumn
from custody.enrolment.line_blocks import LineBlock
from custody.enrolment.parts import ANSWERS, JOBS, PartJob, pack_plan, serve, work_of
from custody.enrolment.rows import Batch, RowReader
from custody.enrolment.table_format import TableFormat
from fingerprints.building.builder import build_index
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import Key
from tests.far_child import child_of
from tests.fingerprints.people import DAY, customers

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key(b"k" * 32)
KINDS = ("customer_number", "name", "kana", "birth_date", "phone", "email", "postal_code", "address")
WIDTH = len(KINDS) + 1
PEOPLE = list(zip(*customers(range(12)).values(), strict=True))
ODD = st.sampled_from(
    ["", " ", "不明", '="090-0000-0001"', "44197", "20260001.0", "\udc81", "\ue000", "合計", "x" * 300]
)
CELL = st.one_of(ODD, st.sampled_from(sorted({cell for person in PEOPLE for cell in person})), st.text(max_size=8))
ROW = st.one_of(
    st.sampled_from([[*person, "備考"] for person in PEOPLE]), st.lists(CELL, min_size=1, max_size=WIDTH + 1)
)
LINE = st.lists(
    CELL.map(lambda cell: cell.translate(dict.fromkeys(map(ord, '",\r\n\0'), " "))), min_size=1, max_size=WIDTH
).map(lambda cells: ",".join(cells) + "\r\n")
COLUMN = st.builds(
    Column, st.lists(st.integers(0, WIDTH - 1), min_size=1, max_size=2).map(tuple), st.just(("氏名",)),
    st.just("header"), st.one_of(st.none(), st.floats(0, 1)),
)  # fmt: skip
FORMS = {"birth_date": SERIAL, "customer_number": FLOAT}


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    cells = draw(st.lists(ROW, min_size=1, max_size=12))
    faults = draw(st.dictionaries(st.integers(0, len(cells) - 1), st.just("a quote is left open"), max_size=2))
    return Batch([draw(st.integers(1, 3)) + 4 * n for n in range(len(cells))], [list(row) for row in cells], faults)


BLOCKS = st.builds(LineBlock, st.integers(1, 1 << 40), st.lists(LINE, min_size=1, max_size=12), st.just(","))


@st.composite
def plans(draw: st.DrawFn) -> ColumnPlan:
    columns = draw(st.dictionaries(st.sampled_from(KINDS), COLUMN, min_size=1))
    for kind, form in FORMS.items():
        if kind in columns and draw(st.booleans()):
            columns[kind] = Column(columns[kind].places[:1], ("x",), "map", None, form)
    further = [(kind, Column((draw(st.integers(0, WIDTH - 1)),), ("x",), "map", None)) for kind in list(columns)[:1]]
    return ColumnPlan(
        TableFormat(",", "utf-8"), draw(st.booleans()), WIDTH, columns, ("備考",),
        tuple(further if draw(st.booleans()) else ()), draw(st.integers(1, 6)), draw(st.booleans()),
        draw(st.frozensets(ROW.map(tuple), max_size=2)), (Remark("other_sheets", {"sheets": "a"}),),
        (ShownColumn(0, "A", "氏名", "", ("架*",)),), ("email",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Half of the people, enrolled before."""
    folder = tmp_path_factory.mktemp("index")
    build_index(folder, KEY, "before", customers(range(6)), as_of=DAY)
    return Index.open(folder, KEY)


def same(one: Any, other: Any) -> bool:
    """Whether two answers say the same, to the types of their arrays."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_part_gives_elsewhere_what_it_gives_here(index: Index, data: st.DataObject) -> None:
    before = data.draw(st.sampled_from([None, index]))
    with child_of(serve, KEY, before.folder if before else None) as ask:
        for plan in data.draw(st.lists(plans(), min_size=1, max_size=2)):
            for part in data.draw(st.lists(st.one_of(batches(), BLOCKS), min_size=1, max_size=3)):
                day = data.draw(st.integers(20_000, 21_000))
                here = RowReader(plan, KEY, before, day).read(part)
                assert same(work_of(ask(JOBS.pack(PartJob(pack_plan(plan), day, part))), "line 1"), here)


def test_what_is_known_before_is_told_elsewhere_as_well(index: Index) -> None:
    plan = ColumnPlan(
        TableFormat(",", "utf-8"), True, WIDTH,
        {kind: Column((n,), (kind,), "header", 1.0) for n, kind in enumerate(customers([]))}, (),
    )  # fmt: skip
    batch = Batch(list(range(1, 13)), [[*person, ""] for person in PEOPLE])
    with child_of(serve, KEY, index.folder) as ask:
        work = work_of(ask(JOBS.pack(PartJob(pack_plan(plan), 21_000, batch))), "line 1")
    assert work.prints is not None
    assert (work.prints.known >= 0).sum() == 6
    assert work.rows == 12


def test_what_is_shown_of_a_plan_stays_here() -> None:
    shown = ShownColumn(0, "A", "氏名", "", ("架空",))
    plan = ColumnPlan(
        TableFormat(",", "utf-8"), True, 1, {"name": Column((0,), ("氏名",), "header", 1.0)}, ("持病",), seen=(shown,),
        remarks=(Remark("other_sheets", {"sheets": "秘密"}),),
    )  # fmt: skip
    packed = pack_plan(plan)
    assert not [word for word in ("持病", "秘密", "架空") if word.encode() in packed]


@pytest.mark.parametrize("said", [None, 7, (None, None), (7, None), ({}, None), [1, 2], (1, 2, 3)])
def test_what_is_no_answer_is_none(said: object) -> None:
    with pytest.raises(ForgedMessageError):
        work_of(ANSWERS.pack(said), "line 1")


def test_a_reading_that_fails_says_so_without_a_value() -> None:
    plan = ColumnPlan(TableFormat(",", "utf-8"), True, 1, {"name": Column((9,), ("x",), "map", 1.0)}, ())
    with child_of(serve, KEY, None) as ask:
        with pytest.raises(WorkerError, match="line 7 failed with IndexError") as failed:
            work_of(ask(JOBS.pack(PartJob(pack_plan(plan), 21_000, Batch([7], [["架空"]])))), "line 7")
        assert "架空" not in str(failed.value)
        with pytest.raises(ForgedMessageError):
            work_of(ask(b"\x80\x04."), "line 7")


def test_an_index_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    build_index(tmp_path, Key(b"o" * 32), "before", customers(range(2)), as_of=DAY)
    here, there = Pipe()
    serve(there, KEY, Index.open(tmp_path, Key(b"o" * 32)).folder)
    _, failure = ANSWERS.unpack(here.recv_bytes())
    assert "WrongKeyError" in failure["kind"]
    for one in (here, there):
        one.close()
    with pytest.raises(HinomiError):
        work_of(ANSWERS.pack((None, failure)), "line 1")

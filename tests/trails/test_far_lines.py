"""Lines of which records are made elsewhere give the records they give here, whatever they and their mapping say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal

from core.processes.plain import ForgedMessageError
from core.processes.worker import WorkerError
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.far_child import child_of
from trails.far_lines import JOBS, LinesJob, pack_plan, records_of, serve
from trails.fields import ACTIONS, FIELDS
from trails.formats import load_formats
from trails.formats.interface import Parsed
from trails.lines import Piece
from trails.mapping.mapping_file import TrailMapping
from trails.number_digests import KeyedDoor
from trails.record_maker import ANSWERS, RecordMaker
from trails.times import TimeReading

if TYPE_CHECKING:
    from trails.records import AccessRecords

KEY = Key(b"k" * 32)
DOOR = KeyedDoor(Digester(KEY), load_kinds()[NUMBER_KIND])
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
FORMATS = load_formats()
EXAMPLES = {
    name: (example.text.splitlines(), sorted({column for record in example.records for column in record}))
    for name, one in FORMATS.items()
    for example in one.examples[:1]
}
ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
WORDS = st.sampled_from(
    ["K000001", "K000001, K000002", "？", "-", "", "照会", "2026/04/01 10:00:00", "令和8年4月1日 10時"]
)
PATTERNS = st.sampled_from(["(K[0-9]+)", "[^ ]+", "照会|検索"])


@st.composite
def mappings(draw: st.DrawFn, format_name: str, columns: list[str]) -> TrailMapping:
    """Any fields from any columns, also from none that is there."""
    column = st.sampled_from([*columns, "なし"])
    fields = draw(
        st.dictionaries(
            st.sampled_from(FIELDS), st.lists(column, min_size=1, max_size=2, unique=True).map(tuple), max_size=6
        )
    )
    return TrailMapping(
        "受電センター", format_name, draw(st.sampled_from(["Asia/Tokyo", "UTC", "America/New_York"])), fields,
        draw(st.dictionaries(st.sampled_from(FIELDS), PATTERNS, max_size=2)),
        draw(st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=2)),
        draw(st.dictionaries(st.sampled_from(["照会", "GET", "検索"]), st.sampled_from(sorted(ACTIONS)), max_size=2)),
    )  # fmt: skip


@st.composite
def pieces(draw: st.DrawFn, example: list[str]) -> Piece:
    """Lines of an example, whole or torn, among others; some bytes are in no encoding."""
    torn = st.builds(lambda line, at, word: line[:at] + word, st.sampled_from(example), st.integers(0, 80), WORDS)
    line = st.one_of(st.sampled_from(example), torn, st.text('aK1２,;"\r\t=照\x1c', max_size=9))
    text = "\n".join(draw(st.lists(line, min_size=1, max_size=12)))
    encoding = draw(st.sampled_from(ENCODINGS))
    data = text.encode(encoding, "replace") + draw(st.sampled_from([b"", b"", b"\xff\xfe\x81", b"\n\x1b$B!"]))
    return Piece(
        draw(st.integers(1, 1 << 31)), draw(st.sampled_from([data, data, None])), encoding, draw(st.booleans())
    )


@st.composite
def makers(draw: st.DrawFn) -> tuple[RecordMaker, list[str]]:
    """Any import, and the lines of an example of its format."""
    name = draw(st.sampled_from(sorted(EXAMPLES)))
    example, columns = EXAMPLES[name]
    reading = TimeReading("Asia/Tokyo", draw(st.sampled_from([date.max, date(2026, 4, 2)])), draw(st.booleans()))
    mapping = draw(mappings(name, columns))
    return RecordMaker(mapping, reading, DOOR, NOW, FORMATS[name], example, draw(st.booleans())), example


def assert_same(one: AccessRecords, other: AccessRecords) -> None:
    assert (one.lines, one.dropped) == (other.lines, other.dropped)
    assert_frame_equal(one.frame, other.frame, categorical_as_str=True)
    assert (one.raw is None) == (other.raw is None)
    if one.raw is not None and other.raw is not None:
        assert_series_equal(one.raw, other.raw)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_lines_give_elsewhere_what_they_give_here(data: st.DataObject) -> None:
    with child_of(serve, KEY) as ask:
        for make, example in data.draw(st.lists(makers(), min_size=1, max_size=2)):
            for job in make.jobs(data.draw(st.lists(pieces(example), min_size=1, max_size=3))):
                packed = JOBS.pack(LinesJob(pack_plan(make), job))
                assert_same(records_of(ask(packed), "line 1"), make(job))


def test_each_format_is_read_elsewhere_and_what_it_says_arrives() -> None:
    with child_of(serve, KEY) as ask:
        for name, (example, columns) in EXAMPLES.items():
            mapping = TrailMapping("callcenter", name, fields={"operator": tuple(columns)})
            make = RecordMaker(mapping, TimeReading(), DOOR, NOW, FORMATS[name], example, keeps_lines=True)
            jobs = list(make.jobs([Piece(1, "\n".join(example).encode(), "utf-8", last=True)]))
            assert jobs
            for job in jobs:
                there = records_of(ask(JOBS.pack(LinesJob(pack_plan(make), job))), "line 1")
                assert there.lines == len(FORMATS[name].examples[0].records), name
                assert there.frame["operator"].null_count() == 0
                assert_same(there, make(job))


@pytest.mark.parametrize("said", [None, 7, (None, None), (7, None), ({}, None), [1, 2], (1, 2, 3)])
def test_what_is_no_answer_is_none(said: object) -> None:
    with pytest.raises(ForgedMessageError):
        records_of(ANSWERS.pack(said), "line 1")


def test_a_reading_that_fails_says_so_without_a_value() -> None:
    make = RecordMaker(TrailMapping("callcenter", "csv"), TimeReading(), DOOR, NOW, FORMATS["csv"], ["日時,番号"])
    broken = LinesJob(pack_plan(make), Parsed(pl.DataFrame({"番号": ["K1"]}), [], pl.Series(["架空", "架空"])))
    with child_of(serve, KEY) as ask:
        with pytest.raises(WorkerError, match="line 7 failed with ") as failed:
            records_of(ask(JOBS.pack(broken)), "line 7")
        assert "架空" not in str(failed.value)
        with pytest.raises(ForgedMessageError):
            records_of(ask(b"\x80\x04."), "line 7")

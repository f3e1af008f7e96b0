"""Runs of rows in a trail file: they say the same as its columns, also where a field is left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trails.conftest import HEADER
from trails.records import SCHEMA
from trails.store.access import Trails, open_trails, take_census, touches_of
from trails.store.parts import scan
from trails.store.runs import KEYS, find_runs, read_runs, sort_into_runs
from trails.store.touches import touches_by, touches_in, values_at

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer
    from trails.number_digests import KeyedDoor

ROWS = 9000
VARIED = "日時,作業者ID,端末,セッションID,操作,お客様番号\n" + "".join(
    f"2026/0{4 + i % 3}/{1 + i % 28:02d} 10:00:00,op-{i % 7},T{i},s{i % 700},照会,K{i % 400:06d}\n" for i in range(ROWS)
)
"""Every record from a terminal of its own: no run is longer than a row."""


def opened(settings: Settings, database: Database, clock: SetClock) -> Trails:
    with database.read() as session:
        return open_trails(session, settings.trails_dir, zone="Asia/Tokyo", until=clock.now())


@pytest.fixture
def trails(take: Importer, settings: Settings, database: Database, clock: SetClock) -> Trails:
    take(VARIED)
    take(HEADER + "2026/04/01 23:30:00,op-1,T1,照会,K000001\n", system="billing", name="billing.csv")
    found = opened(settings, database, clock)
    return replace(found, runs=read_runs(found.files, few_rows=0))


def test_a_field_that_small_files_left_out_is_read_from_them(trails: Trails) -> None:
    runs = read_runs(trails.files)
    assert runs.loose == set()
    assert runs.counted("terminal")["T1"] == 2


def test_a_field_that_never_repeats_is_left_out_and_read_all_the_same(trails: Trails, door: KeyedDoor) -> None:
    assert trails.runs.loose == {"terminal"}
    assert len(trails.runs.frame) == 1 + 3 * 7
    asked = door.numbers(["K000001"])
    hits, _ = touches_of(trails, asked)
    truth = scan(trails.files).collect().filter(pl.col("subject").is_in(asked.tolist()))
    columns = ["operator", "terminal", "action"]
    assert sorted(hits.select(columns).cast(pl.String).rows()) == sorted(truth.select(columns).cast(pl.String).rows())
    found = touches_by(trails, {"terminal": {"T1": 1, "T8": 1}, "operator": {"op-1": 1}}, keep=asked)
    assert sorted(found["terminal"]["name"]) == ["T1", "T1", "T8"]
    assert len(found["operator"]) == 1 + ROWS // 7 + 1


def test_a_census_of_runs_and_columns_counts_alike(trails: Trails) -> None:
    census, whole = take_census(trails), scan(trails.files).collect()
    for kind in ("operator", "terminal"):
        counted = whole.group_by(pl.col(kind).cast(pl.String)).len()
        assert census.records[kind] == dict(counted.iter_rows())
    assert census.holders["account"] == 0


def test_rows_are_read_by_number_from_the_files_they_stand_in(trails: Trails) -> None:
    whole = scan(trails.files).collect().with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    asked = whole.sample(50, seed=1)["row"].to_numpy()
    found = values_at(trails, "session", asked)
    assert found.rows() == whole.filter(pl.col("row").is_in(asked.tolist())).select("row", "session").rows()
    (session,) = found.drop_nulls().head(1)["session"].to_list()
    runs = trails.runs.of_rows(whole.filter(session=session)["row"].to_numpy())
    assert len(touches_in(trails, runs, "session", pl.Series([session]))) == len(whole.filter(session=session))


def test_runs_tell_the_holders_of_every_row(trails: Trails) -> None:
    whole = scan(trails.files).collect().with_row_index("row")
    runs = trails.runs.of_rows(whole["row"].cast(pl.Int64).to_numpy())
    assert runs["operator"].cast(pl.String).to_list() == whole["operator"].cast(pl.String).to_list()


def test_a_file_without_a_footer_is_read_for_its_runs(tmp_path: Path) -> None:
    names = ["b", "a", "b", None, "a"]
    frame = pl.DataFrame({"operator": names, "subject": [1, 2, 3, 4, 5]}).with_columns(
        *(pl.lit(None, SCHEMA[name]).alias(name) for name in SCHEMA if name not in {"operator", "subject"})
    )
    frame = frame.select(pl.col(name).cast(SCHEMA[name]) for name in SCHEMA)
    ordered, footer = sort_into_runs(frame)
    ordered.write_parquet(tmp_path / "new.parquet", metadata=footer)
    ordered.write_parquet(tmp_path / "old.parquet")
    new, old = (read_runs([tmp_path / name]) for name in ("new.parquet", "old.parquet"))
    assert new.counted("operator") == old.counted("operator") == {"a": 2, "b": 2}
    assert new.offsets.tolist() == old.offsets.tolist() == [0, 5]
    assert find_runs(frame.clear(), KEYS).is_empty()
    assert read_runs([]).frame.is_empty()


names = st.none() | st.sampled_from(["a", "b", "c"])
moments = st.none() | st.integers(0, 5)


@settings(deadline=None)
@given(
    st.lists(st.tuples(names, names, names, moments, st.integers(0, 99)), max_size=40),
    st.integers(1, 4),
)
def test_rows_of_the_same_holders_stand_together_in_the_order_of_time(
    rows: list[tuple[str | None, str | None, str | None, int | None, int]], pieces: int
) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    frame = pl.DataFrame(
        {"operator": columns[0], "terminal": columns[1], "extract": columns[2], "when": columns[3], "line": columns[4]},
        schema_overrides={"operator": pl.String, "terminal": pl.String, "extract": pl.String, "when": pl.Int64},
    ).with_columns(pl.col("when").cast(SCHEMA["when"]))
    frame = frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(SCHEMA[name]).alias(name) for name in SCHEMA
    )
    size = max(1, len(frame) // pieces)
    given_frame = pl.concat([frame[at : at + size] for at in range(0, len(frame), size)]) if len(frame) else frame
    ordered, _ = sort_into_runs(given_frame)
    plain = [(*row[:3], row[3], row[4]) for row in rows]
    seen = ordered.select(
        *(pl.col(name).cast(pl.String) for name in ("operator", "terminal", "extract")),
        pl.col("when").dt.epoch("us"), "line",
    ).rows()  # fmt: skip
    assert sorted(map(repr, seen)) == sorted(map(repr, plain))
    holders = [row[:3] for row in seen]
    stretches = [holder for holder, _ in groupby(holders)]
    assert len(stretches) == len(set(holders))
    for _, group in groupby(seen, key=lambda row: row[:3]):
        dated = [row[3] for row in group if row[3] is not None]
        assert dated == sorted(dated)

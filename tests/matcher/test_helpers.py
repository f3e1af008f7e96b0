"""Large documents by helper processes: the same finding, and nobody left behind."""

from __future__ import annotations

import os
import signal
from dataclasses import fields
from typing import TYPE_CHECKING
from unittest.mock import Mock

import numpy as np
import psutil
import pytest

from core.processes.pool import Pool
from core.processes.walls.confinement import Rights
from core.processes.worker import WorkerError
from matcher.document import Document, Limits
from matcher.far_helpers import ANSWERS
from matcher.helpers import name_of, open_looker
from matcher.match import match_document
from matcher.passage import Looker, PassageJob
from matcher.readers.interface import Prose
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.decide.parts import Part
    from matcher.finding import Finding
    from tests.matcher.conftest import Bench


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents of some lines are large."""
    monkeypatch.setattr("matcher.helpers.HEAVY_ROWS", 10)
    monkeypatch.setattr("matcher.passage.CHARS_A_ROW", 8)
    monkeypatch.setattr("matcher.readers.tables._tables.BATCH_ROWS", 7)
    monkeypatch.setattr("matcher.readers.texts.free_text.BATCH_CHARS", 200)


def table() -> str:
    """Ours and strangers, some of them twice, one cell over two lines."""
    strangers = [f"他人　第{n}号子,090-0999-{n:04d},1985-04-{n % 28 + 1:02d}" for n in range(40)]
    ours = [f'"{p["name"]}",{p["phone"]},{p["birth_date"]}' for p in [*PEOPLE, *PEOPLE[:3]]]
    rows = [row for pair in zip(strangers, ours * 4, strict=False) for row in pair]
    rows[5] = rows[5].replace('",', '\n様",', 1)
    return "氏名,電話,生年月日\n" + "\n".join(rows)


DOCUMENTS = {
    "table": table(),
    "prose": "\n\n".join(f"昨日の{p['name']}さん（携帯{p['phone']}）の話。" + "今日は晴れ。" * 30 for p in PEOPLE),
    "nobody": "今日は晴れ。明日も晴れるだろう。\n" * 200,
}


def same(one: Finding, other: Finding) -> bool:
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name))
        if isinstance(getattr(one, f.name), np.ndarray)
        else getattr(one, f.name) == getattr(other, f.name)
        for f in fields(one)
    )


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("heavy_bytes", [1, 1 << 20])
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_one_process_and_two_come_to_the_same_finding(
    bench: Bench, name: str, heavy_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.match.HEAVY_BYTES", heavy_bytes)
    before = children()
    document = Document(name, DOCUMENTS[name].encode("cp932"))
    alone, together = (
        match_document(document, bench.index, bench.digester, bench.kinds, Limits(), processes=processes)
        for processes in (1, 2)
    )
    assert same(alone, together)
    assert alone.verdict == ("clear" if name == "nobody" else alone.verdict)
    assert (alone.subjects > 0) == (name != "nobody")
    assert children() == before


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("name", "heavy_bytes", "begun"), [
    ("table", 1, True), ("table", 1 << 20, True), ("prose", 1 << 20, True), ("nobody", 1, True), ("quick", 1, False),
])  # fmt: skip
def test_helpers_are_begun_for_what_takes_long(
    bench: Bench, name: str, heavy_bytes: int, monkeypatch: pytest.MonkeyPatch, *, begun: bool
) -> None:
    if name == "quick":
        monkeypatch.setattr("matcher.passage.CHARS_A_ROW", 1 << 20)
    monkeypatch.setattr("matcher.match.HEAVY_BYTES", heavy_bytes)
    pool = Mock(wraps=Pool)
    monkeypatch.setattr("matcher.helpers.Pool", pool)
    document = Document(name, DOCUMENTS["nobody" if name == "quick" else name].encode("cp932"))
    match_document(document, bench.index, bench.digester, bench.kinds, Limits(), processes=2)
    assert pool.called == begun


def children() -> set[int]:
    """Processes of this one's own; the servers that other tests share are among them."""
    return {child.pid for child in psutil.Process().children()}


def jobs(count: int = 20) -> Iterator[PassageJob]:
    for number in range(count):
        yield PassageJob(Prose("今日は晴れ。", number + 1), (str(number),))


def open_pool(bench: Bench) -> Pool[PassageJob, Part]:
    looker = Looker(bench.index, bench.digester, bench.kinds)
    reads = Rights(reads=(str(bench.index.folder.parent),))
    return Pool(open_looker, looker, answers=ANSWERS, workers=2, at=name_of, rights=reads)


def test_parts_come_back_in_the_order_of_the_jobs(bench: Bench) -> None:
    with open_pool(bench) as pool:
        assert [part.path for part in pool.work_through(jobs())] == [(str(number),) for number in range(20)]


def killed_while_working(bench: Bench, others: set[int]) -> None:
    with open_pool(bench) as pool:
        for _part in pool.work_through(jobs(200)):  # more than wait for a part that is late
            for helper in children() - others:
                os.kill(helper, signal.SIGKILL)


def test_a_helper_that_is_killed_is_reported_and_leaves_none_behind(bench: Bench) -> None:
    before = children()
    with pytest.raises(WorkerError, match=r"at the passage from line \d+ of \d+ was ended by SIGKILL"):
        killed_while_working(bench, before)
    assert children() == before

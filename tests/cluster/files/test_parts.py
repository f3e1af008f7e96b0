"""Parts of a customers' file on their way to a worker and back: sealed, in order, and refused by whoever may not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from cluster.errors import ClusterError
from cluster.labour import Labour
from cluster.parts import ClusterReaders
from cluster.units import CUSTOMERS, DONE, HANDED_BACK, REFUSED, REPLIES, UNITS, AskedPart, Envelope
from cluster.versions import Stand, stand_of
from core.settings import load_settings
from custody.enrolment.batches import work_through
from custody.enrolment.columns import understand
from custody.enrolment.parts import JOBS, PartJob, pack_plan, work_of
from custody.enrolment.rows import Batch
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import Key, load_key
from tests.cluster.files.wire import WireTap
from tests.custody.test_enrolment import HEADERS, write_csv
from tests.custody.test_parts import same
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from custody.enrolment.rows import Work

ROWS, DAY = 450, 20_600
COLUMNS = customers(range(ROWS))


@pytest.fixture
def key(home: Path) -> Key:
    return load_key(load_settings(home).key, home)


@pytest.fixture
def index(home: Path, key: Key) -> Index:
    return Index.open(home / "index", key)


@pytest.fixture
def labour(home: Path) -> Iterator[Labour]:
    made = Labour(load_settings(home))
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("custody.enrolment.batches.BATCH_ROWS", 100)
    return write_csv(tmp_path / "c.csv", COLUMNS)


@pytest.fixture
def wire(labour: Labour, monkeypatch: pytest.MonkeyPatch) -> WireTap:
    made = WireTap(labour.do)
    monkeypatch.setattr("cluster.parts.Engine", lambda _settings: made)
    return made


def far_works(file: Path, home: Path, key: Key, index: Index | None) -> list[tuple[Work, float]]:
    far = ClusterReaders(load_settings(home), key, CUSTOMERS)
    return list(work_through(file, understand(file), key, index, home, as_of=DAY, processes=1, far=far))


@pytest.mark.parametrize("is_first", [True, False])
def test_parts_come_back_as_this_machine_reads_them(
    wire: WireTap, file: Path, home: Path, key: Key, index: Index, *, is_first: bool
) -> None:
    before = None if is_first else index
    here = list(work_through(file, understand(file), key, before, home, as_of=DAY, processes=1))
    far = far_works(file, home, key, before)
    assert len(far) == wire.units == 5
    assert same(far, here)
    assert wire.is_closed
    assert any(work.prints is not None and (work.prints.known >= 0).any() for work, _ in far) is not is_first


def test_nothing_that_goes_over_the_engine_shows_a_value_a_header_or_the_file(
    wire: WireTap, file: Path, home: Path, key: Key, index: Index
) -> None:
    plan = understand(file)
    assert far_works(file, home, key, index)
    values = {value for column in COLUMNS.values() for value in column} | set(HEADERS.values()) | {file.name}
    kinds = {kind for kind in plan.columns if len(kind) > len("name")}
    words = [word.encode(code) for word in values | kinds for code in ("utf-8", "utf-16-le", "cp932")]
    said = b"\n".join(wire.carried)
    assert not [word for word in words if word in said]
    for packed in wire.carried[1::3]:  # as whoever holds the key sees it, they are there: the look above sees something
        _, content = Envelope(key).asked(UNITS.unpack(packed))
        assert any(word in content for word in words if isinstance(content, bytes))


def test_whoever_has_enough_of_it_leaves_no_line_open(
    wire: WireTap, file: Path, home: Path, key: Key, index: Index
) -> None:
    works = work_through(
        file,
        understand(file),
        key,
        index,
        home,
        as_of=DAY,
        processes=1,
        far=ClusterReaders(load_settings(home), key, CUSTOMERS),
    )
    next(works)
    assert not wire.is_closed
    works.close()
    assert wire.is_closed


def test_an_answer_that_was_changed_on_the_way_ends_the_run_at_that_part(
    wire: WireTap, file: Path, home: Path, key: Key, index: Index
) -> None:
    wire.change(2)
    with pytest.raises(ClusterError, match=r"c\.csv, line 20[12]"):
        far_works(file, home, key, index)


def asked(labour: Labour, key: Key, stand: Stand, content: bytes | str) -> tuple[str, Any]:
    envelope = Envelope(key)
    unit = envelope.unit(AskedPart(CUSTOMERS, "run", 7), stand, content)
    word, value = REPLIES.unpack(labour.do(UNITS.pack(unit), at="here"))
    return word, envelope.open(unit.name, "answer", value) if word == DONE else value


@pytest.fixture
def job(file: Path) -> bytes:
    cells = [list(row) for row in zip(*COLUMNS.values(), strict=True)][:20]
    return JOBS.pack(PartJob(pack_plan(understand(file)), DAY, Batch(list(range(2, 22)), cells)))


def test_a_part_under_another_key_generation_or_program_is_refused_by_name(
    labour: Labour, key: Key, index: Index, job: bytes
) -> None:
    stand, other = stand_of(index.folder, key.id), Key(b"o" * 32)
    for whose, wanted, why in (
        (other, replace(stand, key_id=other.id), "key"), (key, replace(stand, generation="g000099"), "generation"),
        (key, replace(stand, manifest="00" * 32), "generation"), (key, replace(stand, code="00" * 32), "code"),
        (key, replace(stand_of(None, key.id), code="00" * 32), "code"),
    ):  # fmt: skip
        word, value = asked(labour, whose, wanted, job)
        assert (word, value["why"]) == (REFUSED, why)


def test_what_is_no_part_is_told_and_the_next_is_read(labour: Labour, key: Key, index: Index, job: bytes) -> None:
    stand = stand_of(index.folder, key.id)
    assert asked(labour, key, stand, "/a/path")[1]["why"] == "broken"
    with pytest.raises(Exception, match="cannot be read"):
        work_of(asked(labour, key, stand, b"\x80\x04.")[1], "line 2")
    assert work_of(asked(labour, key, stand, job)[1], "line 2").rows == 20


def test_an_index_that_is_damaged_there_is_that_workers_trouble(
    labour: Labour, key: Key, index: Index, job: bytes
) -> None:
    next(index.folder.glob("*/*.u64")).unlink()
    word, value = asked(labour, key, stand_of(index.folder, key.id), job)
    assert (word, value["why"]) == (REFUSED, "broken")


def children() -> set[psutil.Process]:
    """Of this process; other tests may have left some that end later."""
    return set(psutil.Process().children())


def test_a_child_that_died_is_begun_anew(labour: Labour, key: Key, index: Index, job: bytes) -> None:
    stand, before = stand_of(index.folder, key.id), children()
    assert asked(labour, key, stand, job)[0] == DONE
    [child] = children() - before
    child.kill()
    with pytest.raises(EOFError):
        asked(labour, key, stand, job)
    assert asked(labour, key, stand, job)[0] == DONE
    labour.close()
    assert children() <= before


def test_a_child_ends_with_the_thread_that_began_it_and_another_begins_its_own(
    labour: Labour, key: Key, index: Index, job: bytes
) -> None:
    stand = stand_of(index.folder, key.id)
    for _ in range(2):
        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(asked, labour, key, stand, job).result()[0] == DONE


def test_who_is_to_stop_hands_back_the_part_in_hand(labour: Labour, key: Key, index: Index, job: bytes) -> None:
    stand, before = stand_of(index.folder, key.id), children()
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asked, labour, key, stand, job).result()[0] == DONE
        [child] = children() - before
        child.suspend()  # for as long as a part may take
        in_hand = threads.submit(asked, labour, key, stand, job)
        while not in_hand.running():
            time.sleep(0.01)
        labour.stop()
        assert in_hand.result() == (HANDED_BACK, {})
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

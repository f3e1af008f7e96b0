"""Enrolling again costs what changed; late, repeated and shuffled enrolments say the same in the end."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import day_number
from fingerprints.building.builder import build_index
from fingerprints.building.compaction import compact, run_to_merge
from fingerprints.identifiers import load_kinds
from fingerprints.index.folder import writing_lock
from fingerprints.index.generation import STILL_CURRENT, Index
from fingerprints.index.manifest import SegmentInfo
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.fingerprints.contents import contents
from tests.fingerprints.people import DAY, customers

if TYPE_CHECKING:
    from random import Random

    import pytest

KEY = Key(b"i" * 32)
DIGESTER = Digester(KEY)
KINDS = load_kinds()
PHONES = tuple(f"090-0000-{n:04d}" for n in range(3))
ADDRESSES = tuple(f"東京都千代田区千代田{n}-2-3" for n in (1, 2))


@dataclass(frozen=True)
class Listed:
    """One list: its extract, its day after `DAY`, and its customers' phones and addresses ("" for none)."""

    extract: str
    day: int
    rows: tuple[tuple[int, str, str], ...]
    with_address: bool

    def enrol(self, folder: Path) -> None:
        """Enrol it."""
        columns = {
            "customer_number": [f"K{number:06d}" for number, _phone, _address in self.rows],
            "phone": [phone for _number, phone, _address in self.rows],
        }
        if self.with_address:
            columns["address"] = [address for _number, _phone, address in self.rows]
        build_index(folder, KEY, self.extract, columns, as_of=DAY + timedelta(days=self.day))


def rows() -> st.SearchStrategy[tuple[tuple[int, str, str], ...]]:
    row = st.tuples(st.integers(0, 3), st.sampled_from(("", *PHONES)), st.sampled_from(("", *ADDRESSES)))
    return st.lists(row, min_size=1, max_size=4, unique_by=lambda one: one[0]).map(tuple)


def lists() -> st.SearchStrategy[list[Listed]]:
    one = st.builds(Listed, st.sampled_from(("east", "west")), st.integers(0, 4), rows(), st.booleans())
    return st.lists(one, min_size=2, max_size=5, unique_by=lambda listed: (listed.extract, listed.day))


def enrolled(parent: Path, name: str, order: list[Listed], *, compacted_after: set[int] = frozenset()) -> Index:  # type: ignore[assignment]
    folder = parent / name
    for place, listed in enumerate(order):
        listed.enrol(folder)
        if place in compacted_after:
            with writing_lock(folder):
                compact(folder, Index.open(folder, KEY), whole=True)
    return Index.open(folder, KEY, check=True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists(), st.randoms(use_true_random=False))
def test_the_order_of_enrolments_does_not_matter(given_lists: list[Listed], random: Random) -> None:
    shuffled = [*given_lists, random.choice(given_lists)]
    random.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        one = enrolled(Path(folder), "one", given_lists)
        other = enrolled(Path(folder), "other", shuffled, compacted_after={random.randrange(len(shuffled))})
        assert contents(one) == contents(other)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists())
def test_days_follow_from_the_lists_alone(given_lists: list[Listed]) -> None:
    """Against the naive reading: from the first day seen to the next list without it after the last day seen."""
    with tempfile.TemporaryDirectory() as folder:
        index = enrolled(Path(folder), "one", given_lists)
        for phone in PHONES:
            hits = index.lookup(DIGESTER.digest_many("phone", [KINDS["phone"].canonical(phone)]))
            found = {
                (int(index.reveal(np.array([s], np.uint32))[0][1:]), int(a), int(b))
                for s, a, b in zip(hits.subject, hits.since, hits.until, strict=True)
            }
            expected = set()
            for number in range(4):
                mine = {one.day: [] for one in given_lists for n, _p, _a in one.rows if n == number}  # type: ignore[var-annotated]
                for one in given_lists:
                    for n, p, _a in one.rows:
                        if n == number:
                            mine[one.day].append(p)
                seen = [day for day, phones in mine.items() if phone in phones]
                if seen:
                    after = [day for day in mine if day > max(seen)]
                    until = day_number(DAY) + min(after) if after else STILL_CURRENT
                    expected.add((number, day_number(DAY) + min(seen), until))
            assert found == expected


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lists(), st.randoms(use_true_random=False))
def test_merging_segments_changes_nothing_that_is_said(given_lists: list[Listed], random: Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = enrolled(Path(folder), "one", given_lists)
        before, generation = contents(index), index.generation
        digests = DIGESTER.digest_many("phone", [KINDS["phone"].canonical(phone) for phone in PHONES])
        counts = index.count(digests).tolist()
        with writing_lock(index.folder.parent):
            compact(index.folder.parent, index, whole=random.random() < 0.5)
        after = Index.open(index.folder.parent, KEY, check=True)
        assert contents(after) == before
        assert after.generation == generation
        assert after.count(digests).tolist() == counts
        hits = after.lookup(digests)
        assert counts == np.bincount(hits.query, minlength=3).tolist()


def test_a_list_that_did_not_change_writes_no_segment(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "all", customers(range(200)), as_of=DAY)
    done = build_index(tmp_path, KEY, "all", customers(range(200)), as_of=DAY + timedelta(days=30))
    assert (done.subjects, done.unchanged, done.changed) == (200, 200, 0)
    index = Index.open(tmp_path, KEY, check=True)
    assert len(index.segments) == 1
    assert [one.as_of - day_number(DAY) for one in index.enrolments] == [0, 30]
    assert index.last_day == day_number(DAY) + 30


def test_what_is_written_is_what_changed(tmp_path: Path) -> None:
    first = build_index(tmp_path, KEY, "all", customers(range(500)), as_of=DAY)
    changed = customers(range(500))
    changed["phone"][7] = "090-0000-9999"
    done = build_index(tmp_path, KEY, "all", changed, as_of=DAY + timedelta(days=30))
    assert (done.unchanged, done.changed) == (499, 1)
    assert done.written_bytes < first.written_bytes / 10
    index = Index.open(tmp_path, KEY, check=True)
    assert len(index.segments) == 2
    assert index.segments[1].others.tolist() == [7]
    hits = index.lookup(DIGESTER.digest_many("phone", ["09000000007", "09000009999"]))
    assert {(q, s, b) for q, s, b in zip(hits.query, hits.subject, hits.until, strict=True)} == {
        (0, 7, day_number(DAY) + 30),
        (1, 7, STILL_CURRENT),
    }
    assert index.equality("phone", np.array([7], np.uint32), DIGESTER.digest_many("phone", ["09000009999"]))[0] == 1
    assert index.reveal(np.array([7, 8], np.uint32)) == ["K000007", "K000008"]


def test_a_row_that_another_list_overtook_is_read_anew(tmp_path: Path) -> None:
    other = customers([3])
    other["phone"] = ["090-0000-5555"]
    build_index(tmp_path, KEY, "all", customers(range(9)), as_of=DAY)
    build_index(tmp_path, KEY, "calls", other, as_of=DAY + timedelta(days=1))
    done = build_index(tmp_path, KEY, "all", customers(range(9)), as_of=DAY + timedelta(days=2))
    assert done.unchanged == 8
    hits = Index.open(tmp_path, KEY).lookup(DIGESTER.digest_many("phone", ["09000000003", "09000005555"]))
    day = day_number(DAY)
    assert {(q, a, b) for q, a, b in zip(hits.query, hits.since, hits.until, strict=True)} == {
        (0, day, STILL_CURRENT),
        (1, day + 1, day + 2),
    }


def test_a_customer_on_two_rows_keeps_what_both_say(tmp_path: Path) -> None:
    twice = customers([1, 1, 2])
    twice["phone"][1] = "090-0000-7777"
    build_index(tmp_path, KEY, "all", customers([1, 2]), as_of=DAY)
    for days in (1, 2):
        build_index(tmp_path, KEY, "all", twice, as_of=DAY + timedelta(days=days))
    hits = Index.open(tmp_path, KEY).lookup(DIGESTER.digest_many("phone", ["09000000001", "09000007777"]))
    assert hits.query.size == 2
    assert set(hits.until.tolist()) == {STILL_CURRENT}


def test_a_late_list_leaves_the_extract_as_it_was_last(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "all", customers(range(5)), as_of=DAY)
    build_index(tmp_path, KEY, "all", customers(range(9)), as_of=DAY - timedelta(days=9))
    index = Index.open(tmp_path, KEY)
    assert len(index.members("all")) == 5
    assert [one.as_of for one in index.extracts] == [day_number(DAY)]


def test_more_intervals_than_two_bytes_can_number_are_written_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fingerprints.building import tables

    monkeypatch.setattr(tables, "MAX_INTERVALS", 3)
    for days in range(6):
        rows = customers(range(20))
        rows["phone"] = [f"090-0000-{n + 20 * days:04d}" if n < 9 else "090-0000-9999" for n in range(20)]
        build_index(tmp_path, KEY, "all", rows, as_of=DAY + timedelta(days=days))
    with writing_lock(tmp_path):
        before = contents(Index.open(tmp_path, KEY))
        compact(tmp_path, Index.open(tmp_path, KEY), whole=True)
    index = Index.open(tmp_path, KEY, check=True)
    assert index.segments[0].info.intervals == ()
    assert (index.segments[0].folder / "intervals.u32").is_file()
    assert contents(index) == before
    hits = index.lookup(DIGESTER.digest_many("phone", ["09000000021"]))
    assert (hits.since[0], hits.until[0]) == (day_number(DAY) + 1, day_number(DAY) + 2)


def test_few_segments_stay_however_many_lists_come() -> None:
    segments: list[SegmentInfo] = []
    most = 0
    for _ in range(1000):
        segments.append(SegmentInfo("s", 0, 0, 50_000, 0, 0, ()))
        start = run_to_merge(segments)
        if start < len(segments):
            whole = sum(segment.records for segment in segments[start:])
            segments[start:] = [SegmentInfo("s", 0, 0, whole, 0, 0, ())]
        most = max(most, len(segments))
    assert most <= 7

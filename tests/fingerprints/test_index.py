"""The index answers who carries what, keeps days, extracts and numbers, and refuses what is not as it was written."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.clock import day_number
from fingerprints.building.builder import build_index
from fingerprints.errors import DamagedIndexError, NoIndexError, OtherVersionError, WrongKeyError
from fingerprints.identifiers import load_kinds
from fingerprints.index.generation import STILL_CURRENT, Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key
from tests.fingerprints.people import DAY, customers, given

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key(b"i" * 32)
DIGESTER = Digester(KEY)
KINDS = load_kinds()


def _digests(kind: str, *values: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return DIGESTER.digest_many(kind, [KINDS[kind].canonical(value) for value in values])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build_index(tmp_path / "index", KEY, "all", customers(range(300)), as_of=DAY)
    return tmp_path / "index"


def test_customers_are_found_by_what_they_carry(folder: Path) -> None:
    index = Index.open(folder, KEY, check=True)
    hits = index.lookup(_digests("phone", "090-0000-0007", "090-0000-9999", "０９０－００００－０２９９"))
    assert sorted(hits.query.tolist()) == [0, 2]
    assert sorted(hits.subject.tolist()) == [7, 299]
    assert set(hits.since.tolist()) == {day_number(DAY)}
    assert set(hits.until.tolist()) == {STILL_CURRENT}
    assert index.reveal(hits.subject) == [f"K{n:06d}" for n in hits.subject.tolist()]


def test_pairs_find_masked_rows(folder: Path) -> None:
    index = Index.open(folder, KEY)
    name = DIGESTER.digest_many("name", [KINDS["name"].canonical(f"架空 {given(42)}")])
    last4 = DIGESTER.digest_many("phone.last4", ["0042"])
    assert index.lookup(DIGESTER.pair("name+phone_last4", name, last4)).subject.tolist() == [42]
    assert index.lookup(DIGESTER.pair("name+phone_last4", name, name)).subject.size == 0


def test_values_that_many_share_are_counted_not_posted(folder: Path) -> None:
    index = Index.open(folder, KEY)
    postal = _digests("postal_code", "100-0001", "999-9999")
    assert index.count(postal).tolist() == [300, 0]
    assert index.lookup(postal).subject.size == 0
    assert index.lookup(postal, weak=True).subject.size == 300
    assert index.count(_digests("email", "user3@carrier.example")).tolist() == [1]


def test_no_digest_hits_nobody(folder: Path) -> None:
    index = Index.open(folder, KEY)
    assert index.lookup(np.zeros(4, np.uint64)).subject.size == 0
    assert index.lookup(np.zeros(4, np.uint64), weak=True).subject.size == 0
    assert index.lookup(np.empty(0, np.uint64)).subject.size == 0


def test_agreement_is_per_kind_and_subject(folder: Path) -> None:
    index = Index.open(folder, KEY)
    subjects = np.array([5, 6, 5, 6], np.uint32)
    address = KINDS["address"].comparable("住所：東京都千代田区千代田6丁目2番3号メゾン架空")
    scores = index.agreement("address", subjects, [address, address, KINDS["address"].comparable("名古屋市"), ""])
    assert scores[0] == 1
    assert 0.5 < scores[1] < 1
    assert scores[2] < 0.5
    assert scores[3] == 0
    dates = index.equality("birth_date", subjects[:2], _digests("birth_date", "1985-01-06", "1985-01-06"))
    assert dates.tolist() == [1, 0]
    assert index.agreement("name", subjects[:0], []).size == 0


def test_a_field_that_was_never_given_agrees_with_nothing(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "short", customers(range(3), without=("address", "birth_date")), as_of=DAY)
    index = Index.open(tmp_path, KEY)
    one = np.array([1], np.uint32)
    assert np.isnan(index.agreement("address", one, ["千代田区千代田2-2-3"])[0])
    assert np.isnan(index.equality("birth_date", one, _digests("birth_date", "1985-01-02"))[0])


def test_a_changed_value_ends_when_the_new_one_begins(folder: Path) -> None:
    later = DAY + timedelta(days=30)
    changed = customers(range(100, 200))
    changed["phone"][0] = "090-0000-8888"
    build_index(folder, KEY, "later", changed, as_of=later)
    index = Index.open(folder, KEY, check=True)
    old = index.lookup(_digests("phone", "090-0000-0100"))
    new = index.lookup(_digests("phone", "090-0000-8888"))
    kept = index.lookup(_digests("phone", "090-0000-0101"))
    assert (old.since[0], old.until[0]) == (day_number(DAY), day_number(later))
    assert (new.since[0], new.until[0]) == (day_number(later), STILL_CURRENT)
    assert (kept.since[0], kept.until[0]) == (day_number(DAY), STILL_CURRENT)
    assert old.subject == new.subject == 100
    assert index.subjects == 300
    assert index.equality("phone", np.array([100], np.uint32), _digests("phone", "090-0000-8888"))[0] == 1


def test_a_column_that_an_extract_lacks_ends_nothing(folder: Path) -> None:
    build_index(folder, KEY, "few", customers(range(10), without=("email",)), as_of=DAY + timedelta(days=9))
    hits = Index.open(folder, KEY).lookup(_digests("email", "user3@carrier.example"))
    assert hits.until.tolist() == [STILL_CURRENT]


def test_a_late_list_adds_what_had_ended_by_then(folder: Path) -> None:
    old = customers([5])
    old["phone"] = ["090-0000-7777"]
    build_index(folder, KEY, "old", old, as_of=DAY - timedelta(days=50))
    index = Index.open(folder, KEY)
    hits = index.lookup(_digests("phone", "090-0000-7777", "090-0000-0005"))
    intervals = {q: (s, u) for q, s, u in zip(hits.query, hits.since, hits.until, strict=True)}
    assert intervals[0] == (day_number(DAY) - 50, day_number(DAY))
    assert intervals[1] == (day_number(DAY), STILL_CURRENT)
    assert index.equality("phone", np.array([5], np.uint32), _digests("phone", "090-0000-0005"))[0] == 1


def test_enrolling_again_changes_nothing(folder: Path) -> None:
    before = Index.open(folder, KEY)
    build_index(folder, KEY, "all", customers(range(300)), as_of=DAY)
    after = Index.open(folder, KEY, check=True)
    assert after.generation > before.generation
    assert after.manifest.segments == before.manifest.segments
    assert [info.name for info in after.enrolments] == ["all"]


def test_extracts_know_their_members(folder: Path) -> None:
    build_index(folder, KEY, "part", customers(range(250, 350)), as_of=DAY)
    index = Index.open(folder, KEY)
    assert index.subjects == 350
    assert set(index.members("all")) == set(range(300))
    assert set(index.members("part")) == set(range(250, 350))
    assert not index.members("none such")
    assert {(info.name, info.size) for info in index.extracts} == {("all", 300), ("part", 100)}


def test_a_customer_without_a_number_is_known_by_contact_and_name(folder: Path) -> None:
    rows = customers(range(298, 302), without=("customer_number",))
    rows["name"][0], rows["kana"][0] = "別人　太郎", "ベツジン タロウ"  # the phone of customer 298: somebody else's now
    build_index(folder, KEY, "calls", rows, as_of=DAY)
    index = Index.open(folder, KEY)
    assert set(index.members("calls")) == {299, 300, 301, 302}
    numbers = index.reveal(np.array([299, 300], np.uint32))
    assert numbers[0] == "K000299"
    assert len(numbers[1]) == 16


def test_a_number_that_comes_later_finds_its_customer(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "calls", customers(range(5), without=("customer_number",)), as_of=DAY)
    build_index(tmp_path, KEY, "all", customers(range(8)), as_of=DAY)
    index = Index.open(tmp_path, KEY)
    assert index.subjects == 8
    assert index.reveal(np.arange(8, dtype=np.uint32)) == [f"K{n:06d}" for n in range(8)]


def test_equal_customers_of_two_keys_share_nothing(folder: Path, tmp_path: Path) -> None:
    build_index(tmp_path / "other", Key(b"o" * 32), "all", customers(range(300)), as_of=DAY)
    one, other = Index.open(folder, KEY), Index.open(tmp_path / "other", Key(b"o" * 32))
    for name in ("digests", "keys", "rows"):
        left, right = (set(getattr(index.segments[0], name)[:].tolist()) for index in (one, other))
        assert left
        assert not left & right


def test_no_value_stands_in_the_files(folder: Path) -> None:
    content = b"".join(path.read_bytes() for path in (folder / "g000001").rglob("*") if path.is_file())
    for value in ("K000007", "09000000007", "user7@", "千代田", "架空", "1985-01-08"):
        assert value.encode() not in content
        assert value.encode("utf-16-le") not in content


def test_an_index_that_is_not_there_or_another_keys_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="no index"):
        Index.open(tmp_path / "nowhere", KEY)
    other = Key(b"o" * 32)
    with pytest.raises(WrongKeyError) as caught:
        Index.open(folder, other)
    assert (caught.value.got, caught.value.expected) == (other.id, KEY.id)
    with pytest.raises(WrongKeyError):
        build_index(folder, other, "more", customers(range(3)), as_of=DAY)


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "manifest", "pointer"])
def test_damage_is_named(folder: Path, damage: str) -> None:
    generation = folder / "g000001"
    file = {"manifest": generation / "manifest.json", "pointer": folder / "CURRENT"}.get(
        damage, generation / "s000001" / "digests.u64"
    )
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(content[:-9])
    else:
        file.write_bytes(content[:6] + bytes([content[6] ^ 0x40]) + content[7:])
    if damage == "flip":
        Index.open(folder, KEY)  # sizes are right: only a check reads every byte
    with pytest.raises(DamagedIndexError) as caught:
        Index.open(folder, KEY, check=True)
    assert str(file) in str(caught.value)


def test_another_version_is_told_from_damage(folder: Path) -> None:
    from fingerprints.index.manifest import _sum

    file = folder / "g000001" / "manifest.json"
    body = json.loads(file.read_bytes())
    del body["checksum"], body["code"]
    body["index_version"] = 99
    file.write_text(json.dumps({**body, "checksum": _sum(body)}))
    with pytest.raises(OtherVersionError, match="99"):
        Index.open(folder, KEY)


def test_an_open_index_outlives_its_files(folder: Path) -> None:
    index = Index.open(folder, KEY)
    shutil.rmtree(folder)
    assert index.lookup(_digests("phone", "090-0000-0007")).subject.tolist() == [7]

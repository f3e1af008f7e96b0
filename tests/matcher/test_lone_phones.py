"""Lists of phones and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench

OURS = [person["phone"] for person in PEOPLE]
STRANGERS = [f"070-0{n:03d}-{(n * 7919) % 10_000:04d}" for n in range(40)]


def test_a_list_nearly_all_of_whose_phones_are_ours_is_a_leak(bench: Bench) -> None:
    for text in ("\n".join(OURS), "電話番号\n" + "\n".join(OURS), "\n".join(f"{n.replace('-', '')}:pw1" for n in OURS)):
        finding = bench.match(text)
        assert finding.verdict == "leak"
        assert finding.subjects == len(OURS)


def test_a_lone_phone_proves_nothing(bench: Bench) -> None:
    assert bench.match(OURS[0]).verdict == "clear"


def test_a_list_of_strangers_with_some_of_ours_says_nothing(bench: Bench) -> None:
    assert bench.match("\n".join([*STRANGERS, *OURS])).verdict == "clear"


def test_a_directory_of_consecutive_numbers_is_quiet(bench: Bench) -> None:
    head = OURS[0][:-4]
    assert bench.match("\n".join(f"{head}{n:04d}" for n in range(0, 10_000, 7))).verdict == "clear"


def test_phones_with_words_beside_them_are_no_such_list(bench: Bench) -> None:
    reports = [f"{phone} から着信。試川と名乗る男、しつこい営業。" for phone in OURS]
    assert bench.match("\n".join(reports)).verdict == "clear"

"""Lists of phones, alone and with words beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


def test_a_list_of_strangers_with_some_of_ours_is_told_as_one(bench: Bench) -> None:
    finding = bench.match("\n".join([*STRANGERS, *OURS]))
    assert finding.verdict == "overlap"
    assert finding.subjects == len(OURS)


@pytest.mark.parametrize("beside", ["{}", "{}様", "{}＊＊様", "氏名：{}", "{} 光A 未納", "契約者は{}です"])
def test_what_stands_beside_the_phones_hides_nobody(bench: Bench, beside: str) -> None:
    names = [person["name"].split()[0] for person in PEOPLE]
    lines = [f"{beside.format(name)} {phone}" for name, phone in zip(names, OURS, strict=True)]
    for text in ("\n".join(lines), "、".join(lines), ",電話\n".join(lines)):
        finding = bench.match(text)
        assert finding.verdict == "leak"
        assert finding.subjects == len(OURS)


def test_a_directory_of_consecutive_numbers_is_quiet(bench: Bench) -> None:
    head = OURS[0][:-4]
    assert bench.match("\n".join(f"{head}{n:04d}" for n in range(0, 10_000, 7))).verdict == "clear"


def test_reports_of_calls_from_our_phones_are_no_such_list(bench: Bench) -> None:
    reports = [f"{phone} から着信。試川と名乗る男、しつこい営業。" for phone in OURS]
    assert bench.match("\n".join(reports)).verdict == "clear"

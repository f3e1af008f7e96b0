"""Records of fixed length, whose fields touch, are cut where they begin: in any order, any filling, any code."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.readers.interface import Rows
from matcher.readers.tables._run_together import layout_of, layout_of_records
from tests.matcher.reading import passages

KANA: Final = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓ"
KANJI: Final = "架空仮名例山見本模擬試川一二三郎子美"
CODES: Final = ("cp932", "cp037", "utf-8")
RECORDS: Final = 12


def _number(random: Random) -> str:
    return f"{random.choice('BCK')}{random.randrange(10**7):07d}"


def _digits(random: Random) -> str:
    return f"{random.randrange(10**8):08d}"


def _date(random: Random) -> str:
    return f"{random.randrange(1930, 2010)}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"


def _phone(random: Random) -> str:
    home = random.random() < 0.1
    return f"03{random.randrange(10**8):08d} " if home else f"0{random.choice('6789')}0{random.randrange(10**8):08d}"


def _code(random: Random) -> str:
    return f"{random.randrange(10**6, 10**7)}"


def _name(random: Random, signs: str, width: int) -> str:
    return "".join(random.choices(signs, k=random.randrange(2, 5))).ljust(width)


def written(random: Random, order: list[str], code: str) -> list[dict[str, str]]:
    """Records as their fields, each of one width."""
    makers = {"number": _number, "digits": _digits, "date": _date, "phone": _phone, "code": _code}
    records = []
    for _ in range(RECORDS):
        record = {field: makers[field](random) for field in order if field in makers}
        if "name" in order:
            record["name"] = _name(random, {"cp932": KANA, "cp037": "ABCDEFGHIJKLMNO", "utf-8": KANJI}[code], 14)
        records.append({field: record[field] for field in order})
    return records


ORDERS: Final = st.lists(
    st.sampled_from(["number", "digits", "date", "name", "code"]), min_size=2, max_size=4, unique=True
).flatmap(lambda fields: st.permutations([*fields, "phone"]))


@settings(max_examples=80)
@given(ORDERS, st.sampled_from(CODES), st.booleans(), st.integers(0, 2**32).map(Random))
def test_phones_and_dates_come_out_whole_wherever_they_touch(
    order: list[str],
    code: str,
    by_line: bool,  # noqa: FBT001  # drawn
    random: Random,
) -> None:
    records = written(random, order, code)
    between = "\n" if by_line and code != "cp037" else ""
    content = between.join("".join(record.values()) for record in records).encode(code)
    cells = {
        cell
        for passage in passages(content, "host")[0]
        if isinstance(passage, Rows)
        for column in passage.columns
        for cell in column
    }
    text = "\n".join(cells)
    for field in ("phone", "date"):
        for record in records if field in order else ():
            assert record[field].strip() in cells, (order, text[:400])


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(["letters", "digits", "bytes"]))
def test_what_repeats_nothing_has_no_layout(seed: int, kind: str) -> None:
    drawn = np.random.default_rng(seed)
    low, high = {"letters": (97, 123), "digits": (48, 58), "bytes": (0, 256)}[kind]
    assert layout_of(drawn.integers(low, high, 4000).astype(np.uint32)) is None


def test_a_column_of_phones_alone_touches_nothing_and_is_left_to_others() -> None:
    lines = [f"0900001{n:04d} plan" for n in range(10)]
    assert layout_of_records(np.array([list(line.encode()) for line in lines]), parted=True) is None


@pytest.mark.parametrize("cut", [0, 5, 33])
def test_the_last_record_may_be_cut_off(cut: int) -> None:
    random = Random(7)  # noqa: S311  # no secret
    records = ["".join(record.values()) for record in written(random, ["number", "date", "phone", "code"], "cp932")]
    content = "".join(records).encode()
    found = passages(content[: len(content) - cut], "host")[0]
    assert sum(len(passage.places) for passage in found if isinstance(passage, Rows)) == RECORDS


@settings(max_examples=30)
@given(st.integers(0, 2**32).map(Random), st.sampled_from(["cp932", "cp037"]), st.sampled_from(["", "\x85"]))
def test_zeros_that_fill_a_field_up_move_no_other(random: Random, code: str, between: str) -> None:
    records = written(random, ["number", "name", "date", "phone"], "cp037")
    for record in records:
        record["name"] = record["name"].rstrip(" ").ljust(14, "\0")
    content = (between if code == "cp037" else "").join("".join(record.values()) for record in records).encode(code)
    found = [passage for passage in passages(content, "host")[0] if isinstance(passage, Rows)]
    cells = {cell for rows in found for column in rows.columns for cell in column}
    for record in records:
        assert {record["phone"].strip(), record["date"]} <= cells

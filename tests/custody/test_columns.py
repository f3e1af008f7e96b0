"""Columns are understood by header, by content, or as the person says; and doubts are said aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custody.enrolment.batches import read_batches
from custody.enrolment.columns import understand
from custody.enrolment.rows import RowReader
from custody.errors import ColumnError
from fingerprints.secrets.keys import create_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = [
    (
        f"K{n:06d}",
        f"架空　{'一二三四五六七八九'[n]}郎",
        "カクウ イチロウ",
        f"1985-04-0{n + 1}",
        "100-0001",
        f"東京都千代田区千代田{n + 1}-2-3",
        f"090-0000-000{n}",
        f"user{n}@carrier.example",
    )
    for n in range(9)
]
KINDS = ("customer_number", "name", "kana", "birth_date", "postal_code", "address", "phone", "email")


def _write(folder: Path, header: str | None, rows: Sequence[tuple[str, ...]]) -> Path:
    path = folder / "customers.csv"
    lines = [*([header] if header else []), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "header",
    [
        "お客様番号,氏名,フリガナ,生年月日,郵便番号,住所,携帯電話番号,メールアドレス",
        "顧客ID,お名前,氏名（カナ）,生年月日（西暦）,〒,ご住所,電話番号,Ｅメール",
        "customer_id,Full Name,Furigana,Date of Birth,ZIP,Address,Mobile,E-mail",
    ],
)
def test_headers_are_understood(tmp_path: Path, header: str) -> None:
    plan = understand(_write(tmp_path, header, ROWS))
    assert plan.has_header
    assert {kind: column.places for kind, column in plan.columns.items()} == {
        kind: (n,) for n, kind in enumerate(KINDS)
    }
    assert {column.why for column in plan.columns.values()} == {"header"}


def test_a_file_without_header_is_understood_by_content(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, None, ROWS))
    assert not plan.has_header
    assert {kind: column.places[0] for kind, column in plan.columns.items()} == {
        kind: n for n, kind in enumerate(KINDS)
    }


def test_a_header_that_lies_is_doubted(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, "お客様番号,電話番号,連絡用", [(r[0], "架空プラン", r[6]) for r in ROWS]))
    assert plan.columns["phone"].places == (2,)
    assert plan.columns["phone"].why == "content"
    assert "電話番号" in plan.warnings[0].said()
    assert "架空プラン" not in plan.warnings[0].said()


def test_values_in_several_columns_are_joined(tmp_path: Path) -> None:
    rows = [(r[0], "架空", "一郎", "カクウ", "イチロウ", "東京都", "千代田区", "千代田1-2-3") for r in ROWS]
    plan = understand(_write(tmp_path, "契約番号,姓,名,セイ,メイ,都道府県,市区町村,番地", rows))
    assert plan.columns["name"].places == (1, 2)
    assert plan.columns["kana"].places == (3, 4)
    assert plan.columns["address"].places == (5, 6, 7)


def test_the_persons_word_wins(tmp_path: Path) -> None:
    path = _write(tmp_path, "番号,氏名,電話1,電話2", [(r[0], r[1], r[6], f"080{r[6][3:]}") for r in ROWS])
    plan = understand(path, {"customer_number": "番号", "phone": "4", "name": ""})
    assert plan.columns["phone"].places == (3,)
    assert plan.columns["customer_number"].why == "map"
    assert "name" not in plan.columns
    assert "氏名" in plan.ignored


def test_a_mapping_that_names_nothing_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, "番号,氏名", [(r[0], r[1]) for r in ROWS])
    with pytest.raises(ColumnError, match="no column '電話'") as caught:
        understand(path, {"phone": "電話"})
    assert "A 番号, B 氏名" in caught.value.hint
    with pytest.raises(ColumnError, match="no field 'fone'"):
        understand(path, {"fone": "番号"})


def test_columns_that_tell_nobody_apart_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="cannot tell one customer from another"):
        understand(_write(tmp_path, "氏名,性別", [(r[1], "女") for r in ROWS]))


def test_a_contract_date_is_no_birth_date(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, "お客様番号,契約日", [(r[0], r[3]) for r in ROWS]))
    assert set(plan.columns) == {"customer_number"}


HEADER = "お客様番号,氏名,フリガナ,生年月日,郵便番号,住所,携帯電話番号,メールアドレス"


@pytest.mark.parametrize(
    "title", ["架空通信 お客様一覧", "架空通信 お客様一覧,,,,,,,", "一覧\n2026年4月1日現在\n\n社外秘"]
)
def test_a_title_above_the_header_is_skipped(tmp_path: Path, title: str) -> None:
    plan = understand(_write(tmp_path, f"{title}\n\n{HEADER}", ROWS))
    assert plan.has_header
    assert plan.first_line == title.count("\n") + 4
    assert {kind: column.places for kind, column in plan.columns.items()} == {
        kind: (n,) for n, kind in enumerate(KINDS)
    }


@pytest.mark.parametrize("header", [None, "A,B,C,D,E,F,G,H"])
def test_a_title_above_data_or_an_unknown_header_is_skipped(tmp_path: Path, header: str | None) -> None:
    plan = understand(_write(tmp_path, "架空通信 お客様一覧" + (f"\n{header}" if header else ""), ROWS))
    assert plan.has_header is (header is not None)
    assert plan.first_line == (3 if header else 2)
    assert plan.columns["customer_number"].places == (0,)


def test_rows_that_look_like_the_first_are_no_header_of_it(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, None, [(r[0], r[1]) for r in ROWS]))
    assert not plan.has_header
    assert plan.columns["customer_number"].why == "content"


@pytest.mark.parametrize(
    "header",
    [
        "お客さまID,お客さま名,ふりがな,生年月日,〒,住所,自宅電話,メール1",
        "cust_id,full_nm,kana,birth_dt,zip_cd,addr1,tel_no,mail_addr",
    ],
)
def test_more_common_headers_are_known(tmp_path: Path, header: str) -> None:
    plan = understand(_write(tmp_path, header, ROWS))
    assert {kind: column.why for kind, column in plan.columns.items()} == dict.fromkeys(KINDS, "header")


def test_columns_with_unknown_headers_are_judged_by_content(tmp_path: Path) -> None:
    rows = [(str(n + 1), "スマートプラン", *row) for n, row in enumerate(ROWS)]
    kana = [(*row[:4], f"カクウ {'アイウエオカキクケ'[n]}ロウ", *row[5:]) for n, row in enumerate(rows)]
    plan = understand(_write(tmp_path, "No.,f0,f1,f2,f3,契約日,f5,f6,f7,f8", kana))
    assert {kind: column.places for kind, column in plan.columns.items()} == {
        kind: (n + 2,) for n, kind in enumerate(KINDS) if kind != "birth_date"
    }
    assert {column.why for column in plan.columns.values()} == {"content"}
    assert plan.ignored == ("No.", "f0", "契約日")


def test_an_empty_header_is_judged_by_content(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, "お客様番号,,,,,,,", ROWS))
    assert {kind: column.places for kind, column in plan.columns.items()} == {
        kind: (n,) for n, kind in enumerate(KINDS)
    }
    assert [kind for kind, column in plan.columns.items() if column.why == "header"] == ["customer_number"]


def test_every_phone_and_mail_of_a_customer_is_taken_the_mobile_first(tmp_path: Path) -> None:
    rows = [(r[0], f"03-0000-000{n}", r[6], r[7], f"u{n}@other.example", "0120-000-000") for n, r in enumerate(ROWS)]
    plan = understand(_write(tmp_path, "会員No,自宅電話,携帯電話,メール1,メール2,店舗電話番号", rows))
    assert plan.columns["phone"].places == (2,)
    assert plan.columns["email"].places == (3,)
    assert [(kind, column.places) for kind, column in plan.further] == [("phone", (1,)), ("email", (4,))]
    assert [one.said() for one in plan.remarks if not one.warns] == [
        "店舗電話番号: reads as phone, but many rows share its values"
    ]
    assert plan.ignored == ("店舗電話番号",)


def test_a_file_of_nothing_but_a_header_is_named(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="has no rows, only a header"):
        understand(_write(tmp_path, HEADER, []))


@pytest.mark.parametrize("below", ["CUST_NO,NAME,TEL", "varchar,varchar,char", "1,2,3", "お客様番号,氏名,電話番号"])
def test_a_second_line_of_names_types_or_numbers_is_no_customer(tmp_path: Path, below: str) -> None:
    path = _write(tmp_path, f"お客様番号,氏名,電話番号\n{below}", [(r[0], r[1], r[6]) for r in ROWS])
    plan = understand(path)
    assert plan.columns["name"].headers == ("氏名",)
    assert sum(len(batch.lines) for batch, _share in read_batches(path, plan)) == len(ROWS)


def test_columns_beyond_the_header_are_judged_by_content(tmp_path: Path) -> None:
    plan = understand(_write(tmp_path, "お客様番号,氏名", [(r[0], r[1], r[6], r[7]) for r in ROWS]))
    assert (plan.width, plan.columns["phone"].places, plan.columns["email"].places) == (4, (2,), (3,))


def test_cells_that_are_guarded_against_spreadsheets_and_numbers_of_programs_are_read(tmp_path: Path) -> None:
    key = create_key(tmp_path / "key")
    plain = [(f"{2026000 + n}", r[1], r[6]) for n, r in enumerate(ROWS)]
    ways = (
        plain,
        [(f'"=""{a}"""', b, f'"=""{c}"""') for a, b, c in plain],
        [(f"'{a}", b, f"'{c}") for a, b, c in plain],
        [(f"{a}.0", b, f"{c.replace('-', '').lstrip('0')}.0") for a, b, c in plain],
    )
    digests = []
    for rows in ways:
        path = _write(tmp_path, "お客様番号,氏名,電話番号", rows)
        plan = understand(path)
        work = RowReader(plan, key, None).read(next(read_batches(path, plan))[0])
        assert work.prints is not None
        digests.append({kind: words.tolist() for kind, words in work.prints.digests.items()})
    assert all(one == digests[0] for one in digests)

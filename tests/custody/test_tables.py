"""Tables in every encoding and form that carriers keep them in are read alike."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from custody.enrolment.table_format import TableFormat, detect_encoding, detect_format
from custody.enrolment.tables import MAX_BREAKS, UNCLOSED, read_rows
from custody.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

CELLS = [
    ["お客様番号", "氏名", "フリガナ"],
    ["K000001", "髙﨑　二葉", "ﾀｶｻｷ ﾌﾀﾊﾞ"],
    ["K000002", '仮名, "三奈"', "カメイ ミナ"],
]
QUOTED = (
    "お客様番号{0}氏名{0}フリガナ\r\nK000001{0}髙﨑　二葉{0}ﾀｶｻｷ ﾌﾀﾊﾞ\r\n\r\n"
    'K000002{0}"仮名, ""三奈"""{0}カメイ ミナ\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize(("delimiter", "suffix"), [(",", ".csv"), ("\t", ".tsv"), (";", ".csv"), ("|", ".txt")])
def test_text_tables_are_read_in_any_encoding(tmp_path: Path, encoding: str, delimiter: str, suffix: str) -> None:
    path = tmp_path / f"customers{suffix}"
    path.write_bytes(QUOTED.format(delimiter).encode(encoding))
    table = detect_format(path)
    assert table.encoding == encoding
    rows = list(read_rows(path, table))
    assert [row.cells for row in rows] == CELLS
    assert [row.line for row in rows] == [1, 2, 4]
    assert rows[-1].share == 1


def test_euc_jp_is_told_from_cp932() -> None:
    text = "\n".join(f"K{n:06d},仮名　三奈,カメイ ミナ,東京都千代田区千代田{n}-2-3" for n in range(20))
    assert detect_encoding(text.encode("euc_jp"), whole=True) == "euc_jp"
    assert detect_encoding(text.encode("cp932"), whole=True) == "cp932"
    assert detect_encoding("ｶﾒｲ ﾐﾅ,架空一郎\n".encode("cp932") * 9, whole=True) == "cp932"
    assert detect_encoding(b"\xff\xff\xfe\x00\xa0" * 9, whole=True) is None


def test_a_sample_may_end_inside_a_character() -> None:
    for encoding in ("utf-8", "cp932", "euc_jp"):
        content = ("K000001,架空　一郎\n" * 50).encode(encoding)
        assert detect_encoding(content[:-3], whole=False) == encoding


def test_a_spreadsheet_is_read_like_text(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["お客様番号", "電話番号", "生年月日", "登録"])
    moment = datetime(2026, 4, 1, 10, 0)  # noqa: DTZ001  # Excel knows no zones
    sheet.append(["K000001", 9000000001, date(1985, 4, 3), moment])
    sheet.append([None, None, None, None])
    sheet.append(["K000002", "090-0000-0002", "S60.4.3", None])
    workbook.save(tmp_path / "customers.xlsx")
    table = detect_format(tmp_path / "customers.xlsx")
    assert table == TableFormat("", "")
    assert [(row.line, row.cells) for row in read_rows(tmp_path / "customers.xlsx", table)] == [
        (1, ["お客様番号", "電話番号", "生年月日", "登録"]),
        (2, ["K000001", "9000000001", "1985-04-03", "2026-04-01"]),
        (4, ["K000002", "090-0000-0002", "S60.4.3", ""]),
    ]


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b" \n")
    with pytest.raises(TableError, match=r"empty\.csv is empty"):
        detect_format(tmp_path / "empty.csv")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xff\xfe\x01\xa0" * 9)
    with pytest.raises(TableError, match=r"no encoding we know: tried utf-8, euc_jp, cp932; .* line 1$"):
        detect_format(tmp_path / "odd.csv")
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    with pytest.raises(TableError, match="spreadsheet"):
        list(read_rows(tmp_path / "bad.xlsx", detect_format(tmp_path / "bad.xlsx")))


def test_a_broken_byte_spoils_one_cell_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("番号,氏名\n1,架空一郎\n".encode("cp932") + b"2,\x81\n" + "3,仮名二葉\n".encode("cp932"))
    rows = list(read_rows(path, TableFormat(",", "cp932")))
    assert [row.cells[0] for row in rows] == ["番号", "1", "2", "3"]


@pytest.mark.parametrize(
    "broken",
    ['K20,"壊れ,た', '"K20","壊れ,た,"', 'K20,壊れ,"た', '"K20,"'],
)
@pytest.mark.parametrize("at", [0, 20, 48, 49])
@pytest.mark.parametrize("others", ["K{n},架空,090-0000-00{n:02}", '"K{n}","架空","090-0000-00{n:02}"'])
def test_an_open_quote_spoils_one_line_and_never_the_rest(tmp_path: Path, broken: str, at: int, others: str) -> None:
    path = tmp_path / "c.csv"
    lines = [others.format(n=n) for n in range(50)]
    lines[at] = broken
    path.write_text("\n".join(["番号,氏名,電話", *lines]), encoding="utf-8")
    rows = list(read_rows(path, TableFormat(",", "utf-8")))
    assert [row.line for row in rows] == list(range(1, 52))
    assert [row.line for row in rows if row.fault or len(row.cells) != 3] == [at + 2]
    assert {row.fault for row in rows} <= {"", UNCLOSED}


def test_a_cell_may_have_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    address = "\n".join(["東京都千代田区"] * (MAX_BREAKS + 1))
    path.write_text(f'番号,"住所\r\n(全体)"\r\n1,"東京都\n千代田区"\r\n2,"{address}"\r\n3,x\r\n', encoding="utf-8")
    rows = list(read_rows(path, TableFormat(",", "utf-8")))
    assert [row.cells for row in rows] == [
        ["番号", "住所\r\n(全体)"],
        ["1", "東京都\n千代田区"],
        ["2", address],
        ["3", "x"],
    ]
    assert not any(row.fault for row in rows)


def test_a_cell_of_a_whole_file_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("番号,氏名\n1," + "あ" * (1 << 21) + "\n2,架空\n", encoding="utf-8")
    assert [bool(row.fault) for row in read_rows(path, TableFormat(",", "utf-8"))] == [False, True, False]


@pytest.mark.parametrize("high", [b"\xfc\xe2", b"\x8f\xf4\xfb"])
def test_vendors_letters_in_euc_jp_are_read(tmp_path: Path, high: bytes) -> None:
    path = tmp_path / "c.csv"
    rows = "".join(f"K{n:06d},仮名　三奈,東京都千代田区千代田\n" for n in range(20)).encode("euc_jp")
    path.write_bytes(rows + b"K000020," + high + "橋".encode("euc_jp") + b",\xad\xa1\xad\xea\n" + rows)
    table = detect_format(path)
    assert table == TableFormat(",", "euc_jp")
    assert [row.cells for row in read_rows(path, table)][20] == ["K000020", "髙橋", "①㈱"]


def test_the_line_that_fits_no_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("番号,氏名\n1,架空一郎\n".encode("euc_jp") + b"2,\xa4\xff\xfd\n")
    with pytest.raises(TableError, match="euc_jp fits best, up to line 3"):
        detect_format(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), r"is packed \(gzip\)"),
        (b"PK\x03\x04" + bytes(40), r"is packed \(zip\)"),
        (b"%PDF-1.7\n", "is a PDF"),
        (bytes(range(256)) * 4 + bytes(64), "is a binary file"),
    ],
    ids=["gzip", "zip", "pdf", "binary"],
)
def test_what_is_packed_or_no_table_is_said_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=said):
        detect_format(path)

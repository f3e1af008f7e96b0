"""What each text format gives back, and documents that change their form on the way."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.readers.interface import Rows
from tests.matcher.reading import passages, tables, words
from tests.matcher.seeds import HEADER, PEOPLE, PHONES, as_copy, as_sql, csv_text, seeds

SEEDS = seeds()
TABLE = [HEADER, *PEOPLE]
CELL = st.text(
    st.characters(categories=["L", "N"], include_characters=" .'()-", exclude_characters="\u2028\x85"), max_size=12
).map(str.strip)
ROWS = st.lists(st.lists(CELL.filter(bool), min_size=3, max_size=3), min_size=3, max_size=8)


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_everybody_in_a_document_comes_out_as_rows(name: str) -> None:
    found, _ = passages(SEEDS[name], name)
    cells = [cell for rows in found if isinstance(rows, Rows) for column in rows.columns for cell in column]
    for phone in PHONES:
        assert any(phone in cell for cell in cells)


@pytest.mark.parametrize("name", ["csv", "csv-cp932", "csv-eucjp", "csv-jis", "csv-utf16", "csv-utf32", "tsv", "html"])
def test_a_table_comes_out_as_it_was_written(name: str) -> None:
    assert tables(SEEDS[name]) == [TABLE]


def test_chatter_between_two_tables_is_text_and_both_are_tables() -> None:
    other = "電話,メール\n090-0012-3411,a@b.example\n090-0012-3412,c@b.example\n"
    text = f"{csv_text()}\nmore tomorrow, enjoy\n\n{other}"
    assert tables(text.encode()) == [TABLE, [row.split(",") for row in other.split()]]
    assert "more tomorrow, enjoy" in "\n".join(words(text.encode())[0])


def test_a_header_that_comes_again_is_no_row_and_another_one_begins_a_table() -> None:
    other = "電話番号,氏名,住所,メールアドレス\n090-0012-3411,架空 九,東京都,z@b.example\n"
    found = tables((csv_text() + csv_text() + other).encode())
    assert found == [[HEADER, *PEOPLE, *PEOPLE], [row.split(",") for row in other.split("\n")[:2]]]


@pytest.mark.parametrize(
    "content",
    [
        csv_text().encode("cp932") + bytes(5000),
        csv_text().replace("郎", "\0郎\0").encode(),
        csv_text().replace("\n", "\r").encode("euc_jp"),
        csv_text().replace("\n", "\r\n").encode("cp932"),
        b"\xef\xbb\xbf" + csv_text().replace("架空 三", "\ufeff架空 三").encode(),
    ],
    ids=["zeros at the end", "zeros in between", "carriage returns", "both", "marks in the middle"],
)
def test_what_damages_a_text_does_not_damage_its_table(content: bytes) -> None:
    assert tables(content) == [TABLE]


def test_rows_between_random_bytes_are_found(request: pytest.FixtureRequest) -> None:
    del request
    noise = bytes((n * 7919 + n * n) % 256 for n in range(4000))
    found = [row for table in tables(noise + b"\n" + csv_text().encode("cp932") + noise) for row in table]
    for person in PEOPLE:
        assert person in found


def test_each_stretch_is_read_in_its_own_encoding() -> None:
    encodings = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
    content = b"".join(csv_text().replace("架空", f"架空{n}").encode(e) for n, e in enumerate(encodings))
    text = "\n".join(words(content)[0])
    for n in range(4):
        assert f"架空{n} 七海" in text


def test_a_quote_without_its_end_swallows_nothing() -> None:
    lines = csv_text().split("\n")
    lines[2] = lines[2].replace("架空", '"架空', 1)
    text = "\n".join(words("\n".join(lines).encode())[0])
    assert all(phone in text for phone in PHONES)
    found = tables("\n".join(lines).encode())
    assert PEOPLE[-1] in found[0]


def test_cells_with_json_become_columns() -> None:
    text = 'id,data\n1,"{""name"":""架空 一郎"",""tel"":""090-0012-3400""}"\n2,"{""name"":""\\u4eee\\u540d""}"\n'
    (rows,) = (p for p in passages(text.encode())[0] if isinstance(p, Rows))
    assert rows.header == ("id", "data", "name", "tel")
    assert rows.columns[2] == ["架空 一郎", "仮名"]


def test_json_in_json_and_json_behind_chatter_are_read() -> None:
    inner = json.dumps({"name": "架空", "tel": "090-0012-3400"})
    assert "架空" in words(json.dumps({"body": inner}).encode())[0]
    found, _ = words(f"here it is:\n\n[{inner},\n{inner}]\nthanks".encode())
    assert found.count("架空") == 2
    assert "thanks" in "\n".join(found)


SQL_FORMS = {
    "one row a statement": (
        "INSERT INTO t (name, tel) VALUES ('架空 一郎','090-0012-3400');\n"
        "INSERT INTO t (name, tel) VALUES ('仮名 二葉','090-0012-3401');\n"
    ),
    "sql server": (
        "INSERT [dbo].[顧客 表] ([name], [tel]) VALUES (N'架空 一郎', CAST(N'090-0012-3400' AS NVarChar(20)))\nGO\n"
        "INSERT [dbo].[顧客 表] ([name], [tel]) VALUES (N'仮名 二葉', N'090-0012-3401')\nGO\n"
    ),
    "hexadecimal": (
        "INSERT INTO `t` (`name`, `tel`) VALUES (0xe69eb6e7a9ba20e4b880e9838e,_binary '090-0012-3400'),"
        "(x'E4BBAEE5908D20E4BA8CE89189','090-0012-3401');"
    ),
    "sqlite": (
        "INSERT OR REPLACE INTO \"t\"(name, tel) VALUES('架空 一郎','090-0012-3400');\n"
        "REPLACE INTO \"t\"(name, tel) VALUES('仮名 二葉','090-0012-3401');\n"
    ),
}


@pytest.mark.parametrize("form", sorted(SQL_FORMS))
def test_every_dialect_of_insert_gives_the_same_rows(form: str) -> None:
    rows = [["name", "tel"], ["架空 一郎", "090-0012-3400"], ["仮名 二葉", "090-0012-3401"]]
    assert [row for table in tables(SQL_FORMS[form].encode()) for row in table if row != rows[0]] == rows[1:]


@given(
    rows=st.lists(st.lists(st.text("架空a'\"\\,()\n ;x", max_size=8), min_size=2, max_size=2), min_size=1, max_size=5)
)
@settings(max_examples=100, deadline=None)
def test_sql_strings_come_back_whatever_is_in_them(rows: list[list[str]]) -> None:
    def quoted(cell: str) -> str:
        return "'" + cell.replace("\\", "\\\\").replace("'", "''") + "'"

    values = ",".join(f"({','.join(map(quoted, row))})" for row in rows)
    (found,) = tables(b"INSERT INTO t (name, tel) VALUES " + values.encode() + b";")
    assert found == [["name", "tel"], *rows]


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_copy_and_json_lines_give_back_their_rows(rows: list[list[str]]) -> None:
    copy = "COPY t (a, b, c) FROM stdin;\n" + "".join("\t".join(row) + "\n" for row in rows) + "\\.\n"
    assert tables(copy.encode())[0][1:] == rows
    lines = "".join(json.dumps(dict(zip("abc", row, strict=True))) + "\n" for row in rows)
    assert tables(lines.encode())[0][1:] == rows


def test_an_old_card_is_read_in_the_encoding_it_names() -> None:
    card = (
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=89=CB=8B=F3;=88=EA=98Y\n"
        "SOUND;X-IRMC-N:カクウ;イチロウ;;;\nADR;HOME:;;千代田1-2-3;千代田区;東京都;100-0001;日本\nEND:VCARD\n"
    )
    (rows,) = (p for p in passages(card.encode("cp932"))[0] if isinstance(p, Rows))
    found = dict(zip(rows.header, (column[0] for column in rows.columns), strict=True))
    assert found["氏名"] == "架空 一郎"
    assert found["カナ"] == "カクウ イチロウ"
    assert found["address"] == "東京都千代田区千代田1-2-3"


@pytest.mark.parametrize(
    "text",
    [
        '[{:name=>"架空 一郎", :tel=>"090-0012-3400"}, {:name=>"仮名", :tel=>nil}]',
        '[#<Customer id: 1, name: "架空 一郎", tel: "090-0012-3400">]',
        "array (\n  0 => \n  array (\n    'name' => '架空 一郎',\n    'tel' => '090-0012-3400',\n  ),\n)",
        "const x = [{name: '架空 一郎', tel: '090-0012-3400'}];",
        "[Customer(name='架空 一郎', tel='090-0012-3400', born=datetime.date(1980, 1, 2))]",
        "Array\n(\n  [0] => Array\n    (\n      [name] => 架空 一郎\n      [tel] => 090-0012-3400\n    )\n)\n",
    ],
    ids=["ruby", "active record", "var_export", "javascript", "python", "print_r"],
)
def test_printed_records_keep_the_names_of_their_fields(text: str) -> None:
    rows = next(p for p in passages(text.encode())[0] if isinstance(p, Rows))
    found = {name: column[0] for name, column in zip(rows.header, rows.columns, strict=True)}
    assert found["name"] == "架空 一郎"
    assert found["tel"] == "090-0012-3400"


def test_a_table_drawn_with_characters_has_no_rules_and_edges_in_its_cells() -> None:
    drawn = (
        "+----+-----------+---------------+\n| id | name      | tel           |\n+----+-----------+---------------+\n"
        "|  1 | 架空 一郎 | 090-0012-3400 |\n|  2 | 仮名 二葉 | 090-0012-3401 |\n+----+-----------+---------------+\n"
    )
    stripped = [[[cell.strip() for cell in row] for row in table] for table in tables(drawn.encode())]
    assert stripped == [
        [["id", "name", "tel"], ["1", "架空 一郎", "090-0012-3400"], ["2", "仮名 二葉", "090-0012-3401"]]
    ]


def test_a_page_gives_its_text_without_its_furniture_and_rows_in_its_preformatted_text() -> None:
    page = (
        "<html><head><style>s</style></head><body><nav>menu</nav><script>code</script>"
        f"<p>架空&nbsp;一郎 &#x30ab;</p><pre>\n{csv_text()}</pre><footer>imprint</footer></body></html>"
    )
    text = "\n".join(words(page.encode())[0])
    assert "架空\xa0一郎 カ" in text
    assert not {"menu", "code", "imprint", "s"} & set(text.split())
    assert tables(page.encode()) == [TABLE]


def test_what_base64_hides_is_read_as_a_document_of_its_own() -> None:
    packed = base64.b64encode(gzip.compress(csv_text().encode("cp932"))).decode()
    assert TABLE in tables(f"look:\n\ndata:application/gzip;base64,{packed}\n".encode())


@pytest.mark.parametrize("form", [as_sql(), as_copy()], ids=["insert", "copy"])
def test_the_rows_of_a_dump_are_counted_through(form: str) -> None:
    (rows,) = (p for p in passages(form.encode())[0] if isinstance(p, Rows))
    assert list(rows.places) == list(range(1, 9))


def test_lines_are_counted_through_across_blocks() -> None:
    content = "".join(f"架空 {n},090-{n:04d}-0000,x\n" for n in range(60_000)).encode()
    found = [p for p in passages(content)[0] if isinstance(p, Rows)]
    assert len(content) > 1 << 20
    assert found[-1].places[-1] == 60_000


def test_blanks_that_never_stand_below_each_other_make_no_columns() -> None:
    lines = ["架空  一郎090", "架空一  郎090", "架空一郎  090", "架  空一郎090"]
    assert tables("\n".join(lines).encode()) == []

"""Documents in, findings out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from tests.matcher.conftest import Bench

HEADERS = {
    "customer_number": "お客様番号",
    "name": "氏名",
    "kana": "フリガナ",
    "birth_date": "生年月日",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "携帯電話番号",
    "email": "メールアドレス",
}
EVERYONE = {person["customer_number"] for person in PEOPLE}


def table(*kinds: str, delimiter: str = ",", header: bool = True) -> str:
    """The made-up customers as a table of some of their fields."""
    lines = [delimiter.join(HEADERS[kind] for kind in kinds)] if header else []
    lines += [delimiter.join(person[kind] for kind in kinds) for person in PEOPLE]
    return "\n".join(lines)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16", "utf-8-sig", "utf-16-le", "iso2022_jp"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_table_with_every_column_is_a_leak_of_everyone(bench: Bench, encoding: str, delimiter: str) -> None:
    text = table(*HEADERS, delimiter=delimiter)
    text = text.replace("髙", "高") if encoding in {"euc_jp", "iso2022_jp"} else text
    finding = bench.match(text.encode(encoding))
    assert finding.verdict == "leak"
    assert bench.numbers(finding) == EVERYONE
    assert finding.people == len(PEOPLE)
    assert finding.share == 1
    assert finding.matches[0].place == {"row": 2}
    assert finding.fields == dict.fromkeys(finding.fields, len(PEOPLE))


@pytest.mark.parametrize(
    "columns",
    [
        ("name", "birth_date"),
        ("name", "address"),
        ("kana", "birth_date"),
        ("kana", "postal_code"),
        ("name", "postal_code", "birth_date"),
        ("customer_number",),
        ("email",),
        ("name", "phone"),
        ("phone", "birth_date", "address"),
        ("phone", "birth_date"),
        ("kana", "phone"),
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_a_list_of_few_columns_finds_its_people(bench: Bench, columns: tuple[str, ...], *, header: bool) -> None:
    finding = bench.match(table(*columns, header=header))
    assert finding.verdict == "leak"
    assert bench.numbers(finding) == EVERYONE


@pytest.mark.parametrize("columns", [("name",), ("kana",), ("birth_date",), ("postal_code", "address"), ("address",)])
def test_one_kind_alone_is_nobody(bench: Bench, columns: tuple[str, ...]) -> None:
    assert bench.match(table(*columns)).verdict == "clear"


def test_a_post_in_prose_names_its_customer(bench: Bench) -> None:
    person = PEOPLE[2]
    text = f"昨日もらったリスト、{person['name'].replace('　', '')}さん（携帯{person['phone']}）が載ってた。誰か買う？"
    finding = bench.match(text.encode("euc_jp"))
    assert finding.verdict == "leak"
    assert [bench.number(m.subject) for m in finding.matches] == [person["customer_number"]]
    assert set(finding.matches[0].fields) >= {"name", "phone"}
    assert finding.matches[0].place == {"line": 1}


def test_a_match_explains_itself(bench: Bench) -> None:
    (found,) = bench.match(f"{PEOPLE[0]['name']} {PEOPLE[0]['phone']}").matches
    assert found.weights["phone"] > 10
    assert found.weights["name"] > 5
    assert 0.99 < found.confidence <= 1


def test_order_of_lines_does_not_matter(bench: Bench) -> None:
    lines = table("name", "phone", "email").splitlines()
    one, other = bench.match("\n".join(lines)), bench.match("\n".join([lines[0], *lines[:0:-1]]))
    assert one.members.tolist() == other.members.tolist()
    assert one.sketch == other.sketch


def test_somebody_elses_list_with_a_few_of_ours_is_an_overlap(bench: Bench) -> None:
    strangers = [f"他人　第{n}号子,090-0999-{n:04d},stranger{n}@other.example" for n in range(20)]
    ours = [f"{p['name']},{p['phone']},{p['email']}" for p in PEOPLE[:3]]
    finding = bench.match("氏名,電話,メール\n" + "\n".join([*strangers, *ours]))
    assert finding.verdict == "overlap"
    assert finding.subjects == 3
    assert finding.people == 23


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今日の天気は晴れ。order 20261122 shipped.\n" * 20,
        "氏名,電話,メール\n山田太郎,090-1234-5678,taro@example.com\n山田花子,080-1234-5678,hanako@example.com\n",
        "\n".join(f"090-0012-{n:04d}" for n in range(3000, 3500)),
        "\n".join(f"2026-11-22 10:00:{n % 60:02d} INFO GET /item/{n * 7919:011d} 200 {n}" for n in range(300)),
        "def f(x):\n    return x['phone'] + '090'  # 1985-04-03\n" * 30,
    ],
)
def test_what_is_no_leak_is_clear(bench: Bench, text: str) -> None:
    assert bench.match(text).verdict == "clear"


def test_a_match_says_what_each_field_weighs_and_how_likely_chance_is(bench: Bench) -> None:
    match = bench.match(table("name", "phone")).matches[0]
    assert match.weights["phone"] > 10
    assert match.weights["name"] > 3
    assert 0 < match.chance < 1e-6


def test_the_way_a_name_is_written_does_not_hide_it(bench: Bench) -> None:
    person = PEOPLE[0]
    for text in (
        "name,dob\nKAKUU ICHIRO,10/01/1950\n",
        'name;born\n"Ichiro Kakuu";"Jan 10, 1950"\n',
        f"架空一郎の家は{person['address']}だぞ",
        f"サンプル：架空一郎様、{person['phone'][:-4]}****、東京都千代田区千代田在住",
    ):
        assert bench.numbers(bench.match(text)) == {person["customer_number"]}, text

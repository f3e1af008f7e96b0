"""Every kind of identifier keeps its contract: its examples, one form for all spellings, positions that are true."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fingerprints.identifiers import IdentifierKind, kind_classes, load_kinds
from fingerprints.identifiers.address import Address
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.identifiers.kana import Kana
from fingerprints.identifiers.name import Name, join_name
from fingerprints.pairs import PAIRS
from fingerprints.text import fold, to_katakana

KINDS = load_kinds(learn_patterns(["K000001", "K000002"]))
# Letters of which identifiers are made, and some that are only ever in the way.
PIECES = (
    *"0123456789０１２９〇一二三十百Kk.-ーｰ－‐@＠()（）[] 　の之ヶケが・,、",
    *("丁目", "番地", "番", "号", "号室", "年", "月", "日", "昭和", "S", "令和", "元", "大字", "字", "県"),
    *("東京都", "架空区", "市", "町", "北海道", "mailto:", "[at]", "アットマーク", "dot", "example", "carrier"),
    *("様", "さん", "君", "氏", "髙", "邉", "ｶﾞ", "ﾊﾟ", "゛", "ゃ", "ャ", "ヴ", "'", "o'"),
    *("+81", "0081", "090", "E+09", "tel:", "Mr. ", "〒", "İ", "ß", "㍿", "\U000e0100", "\u3099", "Ⅻ", "㍼"),
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=20)

UNITS = (
    "1",
    "0-",
    "０ー",
    "a",
    "@a.",
    "一丁目",
    "昭和",
    "架空区",
    "[at",
    "(",
    "K0",
    "年1月",
    "あ",
    "a@",
    "1番",
    "〇",
    " ",
)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_examples_hold(kind: IdentifierKind) -> None:
    for text, canonical in kind.examples.hits:
        assert kind.canonical(text) == canonical, text
        assert canonical in kind.readings(text), text
    for text in kind.examples.misses:
        assert kind.canonical(text) is None, text
    assert kind.examples.hits
    assert kind.examples.misses


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(text=TEXTS)
@example(text="架空様様")
@example(text="東京都東京都架空区1-2")
@example(text="架空区一丁目二番三号の四")
def test_the_canonical_form_is_its_own_canonical_form(kind: IdentifierKind, text: str) -> None:
    canonical = kind.canonical(text)
    if canonical is not None:
        assert kind.canonical(canonical) == canonical


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(text=TEXTS)
def test_readings_are_canonical_forms(kind: IdentifierKind, text: str) -> None:
    readings = kind.readings(text)
    assert all(kind.canonical(reading) == reading for reading in readings)
    if (canonical := kind.canonical(text)) is not None:
        assert readings[0] == canonical


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(text=TEXTS)
def test_what_is_found_stands_where_it_is_said_to(kind: IdentifierKind, text: str) -> None:
    for found in kind.find(text):
        assert found.kind == kind.name
        assert 0 <= found.start < found.end <= len(text)
        assert kind.canonical(found.canonical) == found.canonical


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.sketched], ids=lambda k: k.name)
@given(text=TEXTS)
def test_a_stored_field_reads_the_same_as_a_passage(kind: IdentifierKind, text: str) -> None:
    canonical = kind.canonical(text)
    if canonical is not None:
        # Words of Latin letters, which a name may have in any order, stand beside the passage by themselves as well
        # (`matcher.units.units`); run together they are the name's letters and nothing else.
        stored = canonical.replace(" ", "") if kind.name == "name" and canonical.isascii() else canonical
        assert kind.comparable(canonical) == stored


def test_codes_and_names_are_unique() -> None:
    codes = [kind.code for kind in kind_classes().values()]
    assert len(set(codes)) == len(codes)
    assert all(1 <= code < 31 for code in codes)
    pair_codes = [pair.code for pair in PAIRS]
    assert len(set(pair_codes)) == len(PAIRS)
    assert all(32 <= code < 64 for code in pair_codes)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize(
    "unit", ["1", "0-", "０ー", "a", "@a.", "一丁目", "昭和", "架空区", "[at", "(", "K0", "年1月", "あ"]
)
def test_finding_takes_time_in_proportion_to_the_text(kind: IdentifierKind, unit: str) -> None:
    """What takes the square of it runs into the suite's time limit."""
    text = unit * (400_000 // len(unit))
    assert kind.canonical(text) is None
    for found in kind.find(text):
        assert found.end - found.start < len(text)


NAMES = st.text("架空一郎髙﨑惠々様君ヴャヂヶーァンマ氏さく ", min_size=1, max_size=8)


@given(family=NAMES, given=NAMES, gap=st.sampled_from([" ", "　", "", "\u3099"]))
@example("ー", "架", " ")
@example("様", "架空", " ")
def test_usual_names_are_read_quickly_as_any_name_is(family: str, given: str, gap: str) -> None:
    text = family + gap + given
    parts = to_katakana(fold(text)).split()
    assert Name().canonical(text) == join_name(parts)
    assert Kana().canonical(text) == Kana()._join(parts)  # noqa: SLF001  # the slow way


TOWN = st.sampled_from(
    ["東京都架空区千代田", "架空市旭が丘", "例示郡架空町例山", "大字架空町字例", "札幌市中央区北一条西",
     "三田市見本の里", "四條畷市架空", "架空区六本木", "架空市十ケ所町", "京都市架空区三条通例ル", "架空郡山市見本",
     "見本県架空市ヶ谷"]
)  # fmt: skip
NUMBER = st.integers(0, 9999).map(str)
USUAL_FORMS = st.sampled_from(
    ["{0}{1}-{2}-{3}", "{0}{1}丁目{2}番{3}号", "{0}{1}丁目{2}-{3}", "{0}{1}-{2}番地の{3}",
     "{0}{1}-{2}-{3} メゾン例{4}号室", "{0}{1}丁目{2}番{3}号　架空ハイツ{4}", "{0}{1}-{2}-{3} 見本荘{4}室",
     "{0}{1}-{2}-{3} 例第二ビル{4}", "{0}{1}番{2}-{3}"]
)  # fmt: skip


@given(form=USUAL_FORMS, town=TOWN, numbers=st.lists(NUMBER, min_size=4, max_size=4))
@example("{0}{1}-{2}-{3}", "架空市例", ["0", "1", "2", "0"])
def test_usual_addresses_are_read_quickly_as_any_address_is(form: str, town: str, numbers: list[str]) -> None:
    text = form.format(town, *numbers)
    assert Address().canonical(text) == Address()._any(text)  # noqa: SLF001  # the slow way


FREE_TEXT = (
    "架空一郎さん（昭和60年4月3日生）の住所は〒100-0001 東京都千代田区千代田一丁目2番3号、"
    "電話は０９０−００００−０００１か09000000002、メールはKakuu[at]carrier(dot)example か b@carrier.example。"
    "番号K000001、2026/11/22 10:00 order 20261122 shipped."
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("birth_date", {"1985-04-03", "2026-11-22"}),
        ("postal_code", {"1000001"}),
        ("address", {"千代田区千代田1-2-3"}),
        ("phone", {"09000000001", "09000000002"}),
        ("email", {"kakuu@carrier.example", "b@carrier.example"}),
        ("customer_number", {"K000001"}),
        ("name", set()),
        ("kana", set()),
    ],
)
def test_prose_gives_up_its_identifiers(kind: str, expected: set[str]) -> None:
    assert {found.canonical for found in KINDS[kind].find(FREE_TEXT)} >= expected
    assert bool(expected) or not list(KINDS[kind].find(FREE_TEXT))


@pytest.mark.parametrize(
    "line",
    [
        "1951-01-10,100-0001,090-0000-1234",
        "100-0001 090-0000-1234",
        "tel090-0000-1234fax",
        "1951-01-10 100-0001 ０９０ー００００ー１２３４",
        "8100 090 0000 1234 5",
        "+81 (0)90-0000-1234",
        "電話：〇九〇－〇〇〇〇－一二三四",
    ],
)
def test_a_phone_is_found_among_other_digits(line: str) -> None:
    assert "09000001234" in {found.canonical for found in KINDS["phone"].find(line)}


def test_a_name_is_read_in_both_orders_and_written_in_one() -> None:
    assert KINDS["name"].readings("一郎 架空") == ("一郎架空", "架空一郎")
    assert KINDS["name"].canonical("Ichiro Kakuu") == KINDS["name"].canonical("KAKUU, ichiro")


def test_six_digits_are_every_date_they_may_be() -> None:
    assert {"1985-04-03", "2010-04-03"} <= set(
        KINDS["birth_date"].readings("850403") + KINDS["birth_date"].readings("220403")
    )


def test_forms_of_customer_numbers_are_learned_with_their_shared_letters() -> None:
    patterns = learn_patterns([f"AB-{n:06d}" for n in range(50)])
    number = load_kinds(patterns)["customer_number"]
    assert [f.canonical for f in number.find("客 ab-000123、AB-0001234 ABC-000123 XY-000001")] == ["AB-000123"]
    assert learn_patterns(["1", "22", "333"]) == ()

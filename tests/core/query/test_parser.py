"""What is typed is understood, whatever it is; what is written of an expression is that expression again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.query.errors import QueryError
from core.query.expressions import (
    EVERYTHING,
    All,
    Any,
    Between,
    Expression,
    Is,
    Not,
    Word,
    leaves,
    words_wanted,
)
from core.query.fields import FieldKind, SearchField, SearchFields
from core.query.parser import DEEPEST, parse
from core.query.terms import MOST_CHARACTERS, MOST_TERMS
from core.query.wildcards import fits
from core.query.writer import unparse
from core.texts import load_texts

ZONE = "Asia/Tokyo"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KINDS = {"note": "note", "メモ": "note", "repost": "repost", "task-added": "task-added", "task-done": "task-done"}
FIELDS = SearchFields(
    SearchField("kind", FieldKind.CHOICE, ("種類",), KINDS),
    SearchField("actor", FieldKind.WORD, ("操作者",)),
    SearchField("incident", FieldKind.ID, ("事案",)),
    SearchField("people", FieldKind.NUMBER, ("人数",)),
    SearchField("at", FieldKind.MOMENT, ("日時",)),
    SearchField("learned", FieldKind.MOMENT),
    moment="at",
)
Row: TypeAlias = dict[str, object]


def read(text: str) -> Expression:
    return parse(text, FIELDS, ZONE, now=NOW)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


A, B, C = Word("a"), Word("b"), Word("c")
NOTE, REPOST, SUZUKI = Is("kind", "note"), Is("kind", "repost"), Is("actor", "suzuki")
DAY = Between("at", moment("2026-11-22T00:00+09:00"), moment("2026-11-23T00:00+09:00"), below=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", EVERYTHING),
        (" 　\t", EVERYTHING),
        ("a", A),
        ("a b", All((A, B))),
        ("a　b", All((A, B))),
        ("a AND b", All((A, B))),
        ("a かつ b", All((A, B))),
        ("a OR b", Any((A, B))),
        ("a ＯＲ b", Any((A, B))),
        ("a または b", Any((A, B))),
        ("a b OR c", Any((All((A, B)), C))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("a （b または c）", All((A, Any((B, C))))),
        ("(a b) c", All((A, B, C))),
        ("-a", Not(A)),
        ("－a", Not(A)),
        ("NOT a", Not(A)),
        ("NOT NOT a", A),
        ("a ではない", Not(A)),
        ("b かつ a ではない", All((B, Not(A)))),
        ("-(a OR b)", Not(Any((A, B)))),
        ('-"a b"', Not(Word("a b"))),
        ("--json", Word("--json")),
        ("a-b", Word("a-b")),
        ("- a", All((Word("-"), A))),
        ("and or not", All((Word("and"), Word("or"), Word("not")))),
        ('"OR"', Word("OR")),
        ('"a b"', Word("a b")),
        ("“a b”", Word("a b")),
        ("＂a b＂", Word("a b")),
        ("「a b」", Word("a b")),
        ("『a b』c", All((Word("a b"), C))),
        ("a「b」", Word("a「b」")),
        ('"a ""b"""', Word('a "b"')),
        ('"a b', Word("a b")),
        ('a"b"c', All((A, B, C))),
        ('""', EVERYTHING),
        ("()", EVERYTHING),
        ("((a", A),
        ("a))", A),
        ("a ) b", All((A, B))),
        ("OR", EVERYTHING),
        ("a OR", A),
        ("AND a", A),
        ("NOT", EVERYTHING),
        ("a NOT", A),
        ("a NOT OR b", Any((A, B))),
        ("ではない", EVERYTHING),
        ("kind:note", NOTE),
        ("kind：note", NOTE),
        ("ＫＩＮＤ：ｎｏｔｅ", NOTE),
        ("種類:メモ", NOTE),
        ("種類：ﾒﾓ", NOTE),
        ("KIND:Note", NOTE),
        ("kind: note", NOTE),
        ("kind:note,repost", Any((NOTE, REPOST))),
        ("kind:メモ、repost", Any((NOTE, REPOST))),
        ("kind:note,メモ", NOTE),
        ("kind:note kind:repost", Any((NOTE, REPOST))),
        ("kind:note a kind:repost", All((Any((NOTE, REPOST)), A))),
        ("kind:note AND kind:repost", All((NOTE, REPOST))),
        ("kind:note -kind:repost", All((NOTE, Not(REPOST)))),
        ("(kind:note) kind:repost", All((NOTE, REPOST))),
        ("-kind:note,repost", Not(Any((NOTE, REPOST)))),
        ("kind:task-*", Is("kind", "task-*")),
        ("actor:suz*", Is("actor", "suz*")),
        ('actor:"suzuki hanako"', Is("actor", "suzuki hanako")),
        ('actor:"a,b",c', Any((Is("actor", "a,b"), Is("actor", "c")))),
        ("操作者:鈴木", Is("actor", "鈴木")),
        ("incident:12", Is("incident", "12")),
        ("people:10", Between("people", 10, 10)),
        ("人数：１０", Between("people", 10, 10)),
        ("people:>=10", Between("people", 10, None)),
        ("people:≧10", Between("people", 10, None)),
        ("people:>10", Between("people", 10, None, above=True)),
        ("people:<10", Between("people", None, 10, below=True)),
        ("people:<=10.5", Between("people", None, 10.5)),
        ("people:10..20", Between("people", 10, 20)),
        ("people:10〜20", Between("people", 10, 20)),
        ("people:10～20", Between("people", 10, 20)),
        ("people:10..<20", Between("people", 10, 20, below=True)),
        ("people:10..", Between("people", 10, None)),
        ("people:..20", Between("people", None, 20)),
        ("people:-5", Between("people", -5, -5)),
        ("people:>1 people:<9", All((Between("people", 1, None, above=True), Between("people", None, 9, below=True)))),
        ("people:1,2", Any((Between("people", 1, 1), Between("people", 2, 2)))),
        ("people:1 people:2", Any((Between("people", 1, 1), Between("people", 2, 2)))),
        ("people:1 AND people:2", All((Between("people", 1, 1), Between("people", 2, 2)))),
        ("on:2026-11-22", DAY),
        ("on:2026/11/22", DAY),
        ("on：２０２６－１１－２２", DAY),
        ("日付:2026年11月22日", DAY),
        ("at:2026-11-22", DAY),
        ("on:today", DAY),
        ("on:今日", DAY),
        ("after:2026-11-22", Between("at", DAY.low, None)),
        ("before:2026-11-22", Between("at", None, DAY.low, below=True)),
        ("after:7d", Between("at", NOW - timedelta(days=7), None)),
        ("after:36h", Between("at", NOW - timedelta(hours=36), None)),
        ("at:>2026-11-22", Between("at", DAY.high, None)),
        ("at:<=2026-11-22", Between("at", None, DAY.high, below=True)),
        ("at:2026-11-22..2026-11-22", DAY),
        ("learned:2026-11-22..<2026-11-23", Between("learned", DAY.low, DAY.high, below=True)),
        ("on:2026-12", Between("at", moment("2026-12-01T00:00+09:00"), moment("2027-01-01T00:00+09:00"), below=True)),
        ("on:2026", Between("at", moment("2026-01-01T00:00+09:00"), moment("2027-01-01T00:00+09:00"), below=True)),
        (
            "on:2026-11-22T09:30",
            Between("at", moment("2026-11-22T09:30+09:00"), moment("2026-11-22T09:31+09:00"), below=True),
        ),
        (
            "at:2026-11-22T09:30:05Z",
            Between("at", moment("2026-11-22T09:30:05+00:00"), moment("2026-11-22T09:30:06+00:00"), below=True),
        ),
        ("http://paste.example/a?b=c", Word("http://paste.example/a?b=c")),
        ("12:30", Word("12:30")),
        ("C:\\temp", Word("C:\\temp")),
        ("mailto:a@b.example", Word("mailto:a@b.example")),
        ("fe80::1", Word("fe80::1")),
        ("aa:bb:cc", Word("aa:bb:cc")),
        ("注意:", Word("注意:")),
        (":note", Word(":note")),
        ('"knd:note"', Word("knd:note")),
    ],
)
def test_searches_as_people_type_them(typed: str, meant: Expression) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "key", "named"),
    [
        ("knd:note", "unknown_field", "kind:"),
        ("error:42", "unknown_field", "error:"),
        ("氏名：山田", "unknown_field", "氏名"),
        ("aftr:2026-11-01", "unknown_field", "after:"),
        ('knd:"note"', "unknown_field", "kind:"),
        ("kind:nte", "unknown_value", "note"),
        ("kind:zzz-*", "unknown_value", "zzz-*"),
        ("kind:", "no_value", "kind:"),
        ("kind:)", "no_value", "kind:"),
        ("people:..", "no_value", "people:"),
        ("people:many", "no_number", "many"),
        ("people:>", "no_number", "people:"),
        ("people:1e9", "no_number", "1e9"),
        ("people:20..10", "turned", "20..10"),
        ("on:2026-02-30", "no_moment", "2026-02-30"),
        ("after:yesteryear", "no_moment", "yesteryear"),
        ("before:9999-12-31", "no_moment", "9999-12-31"),
        ("at:2026-11-22T25:00", "no_moment", "T25:00"),
        ("x" * (MOST_CHARACTERS + 1), "too_long", str(MOST_CHARACTERS)),
        ("a " * (MOST_TERMS + 1), "too_many", str(MOST_TERMS)),
        ("kind:" + "note," * (MOST_TERMS + 1), "too_many", str(MOST_TERMS)),
        ("(" * (DEEPEST + 1) + "a", "too_deep", str(DEEPEST)),
        ("-" + "(-" * DEEPEST + "a", "too_deep", str(DEEPEST)),
    ],
)
def test_what_cannot_be_meant_is_named_in_both_languages(typed: str, key: str, named: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(typed)
    assert caught.value.key == key
    for language in ("ja", "en"):
        message, hint = caught.value.said(language)
        assert named in message
        assert hint
    assert str(caught.value) == caught.value.said("en")[0]


def test_both_languages_have_the_same_texts() -> None:
    english, japanese = (load_texts("core.query", language) for language in ("en", "ja"))
    assert english.keys() == japanese.keys()


pieces = st.sampled_from(
    ["a", "漏えい", "kind:", "種類：", "note", ",", "-", '"', "「", "」", "“", "(", "（", ")", "OR", "かつ", "ではない",
     "NOT", "people:", ">=", "..", "10", "on:", "2026-11-22", "*", " ", "　", ":", "\0", "\ud800", "http://", "at:<"]
)  # fmt: skip


@given(typed=st.text() | st.lists(pieces, max_size=30).map("".join))
@example("-" * 1000)
@example("(-" * 700)
@example("kind:" * 300)
def test_nothing_typed_is_more_than_an_expression_or_an_error_that_says_why(typed: str) -> None:
    try:
        found = read(typed)
    except QueryError as error:
        said_so = [error.said(language)[0] for language in ("ja", "en")]
    else:
        said_so = [unparse(found, FIELDS, ZONE) or "everything"]
        assert read(unparse(found, FIELDS, ZONE)) == found
    assert all(said_so)


chars = st.characters(exclude_categories=["Cs"]) | st.sampled_from(list(' 　"“「」()（）:：-－,、*\\%_ANDORかつ'))
said = st.text(chars, min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
kinds = st.sampled_from(["note", "repost", "task-added", "task-*"])
numbers = st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda value: round(value, 3) + 0.0)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)) | st.integers(  # noqa: DTZ001  # made aware at once
    0, 20_000
).map(lambda days: datetime(1999, 12, 31, 15, tzinfo=UTC) + timedelta(days=days))


@st.composite
def ranges(draw: st.DrawFn) -> Between:
    field = draw(st.sampled_from(["people", "at", "learned"]))
    if field == "people":
        bounds = sorted([draw(numbers), draw(numbers)])
        low, high = draw(st.sampled_from([(bounds[0], None), (None, bounds[1]), (bounds[0], bounds[1])]))
        above = low is not None and high is None and draw(st.booleans())
        return Between(field, low, high, above, high is not None and draw(st.booleans()))
    first, last = sorted([draw(moments), draw(moments)])
    since, until = draw(st.sampled_from([(first, None), (None, last), (first, last)]))
    return Between(field, since, until, below=until is not None)


conditions: st.SearchStrategy[Expression] = (
    said.map(Word)
    | kinds.map(lambda kind: Is("kind", kind))
    | st.builds(Is, st.sampled_from(["actor", "incident"]), said)
    | ranges()
)
expressions = st.recursive(
    conditions,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=4).map(lambda parts: Any(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=12,
)
rows = st.fixed_dictionaries(
    {
        "text": st.text(chars, max_size=20), "kind": kinds, "actor": said, "incident": said, "people": numbers,
        "at": moments, "learned": moments,
    }
)  # fmt: skip


def holds(expression: Expression, row: Row) -> bool:
    """What an expression means, told once more and in other words."""
    match expression:
        case Word(text):
            return text in str(row["text"])
        case Is(field, value):
            return fits(value, str(row[field]))
        case Between(field, low, high, above, below):
            given_value = row[field]
            over = low is None or (given_value > low if above else given_value >= low)  # type: ignore[operator]
            return over and (high is None or (given_value < high if below else given_value <= high))  # type: ignore[operator]
        case All(parts):
            return all(holds(part, row) for part in parts)
        case Any(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)


@given(expression=expressions, row=rows)
def test_an_expression_that_is_written_and_read_means_what_it_meant(expression: Expression, row: Row) -> None:
    once = read(unparse(expression, FIELDS, ZONE))
    assert holds(once, row) == holds(expression, row)
    assert read(unparse(once, FIELDS, ZONE)) == once


@given(expression=conditions)
def test_a_condition_is_read_as_it_was_written(expression: Expression) -> None:
    assert read(unparse(expression, FIELDS, ZONE)) == expression


def test_a_day_is_written_as_a_day() -> None:
    for typed in (
        "on:2026-11-22",
        "after:2026-11-22",
        "before:2026-11-22",
        "learned:>=2026-11-22",
        "kind:note,repost",
        "people:1,2",
    ):
        assert unparse(read(typed), FIELDS, ZONE) == typed


def test_words_that_must_not_occur_are_no_words_that_a_hit_holds() -> None:
    found = read("a -b (c OR -d kind:note) -(-e f)")
    assert list(words_wanted(found)) == ["a", "c", "e"]
    assert [one for one in leaves(found) if isinstance(one, Is)] == [NOTE]
    assert [one for one in leaves(read("kind:note -actor:suzuki")) if isinstance(one, Is)] == [NOTE]
    assert list(leaves(read("kind:note -actor:suzuki"), denied=True)) == [SUZUKI]


@given(value=st.text(st.sampled_from("ab*"), max_size=6), text=st.text(st.sampled_from("ab"), max_size=8))
def test_a_star_stands_for_anything(value: str, text: str) -> None:
    def naive(value: str, text: str) -> bool:
        if not value:
            return not text
        if value[0] == "*":
            return naive(value[1:], text) or (bool(text) and naive(value, text[1:]))
        return bool(text) and text[0] == value[0] and naive(value[1:], text[1:])

    assert fits(value, text) == naive(value, text)

"""Values that stand for nobody: the samples of forms, manuals and tests. They neither find nor confirm anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.processes.patterns import later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The first people and numbers of every Japanese form's example.
_NAMES = frozenset(
    [
        "山田太郎",
        "山田花子",
        "山田一郎",
        "鈴木一郎",
        "佐藤太郎",
        "田中太郎",
        "日本太郎",
        "東京太郎",
        "見本太郎",
        "甲野太郎",
        "乙野花子",
        "テスト太郎",
        "テストテスト",
        "名無",
        "名無シ",
        "名無シサン",
        "氏名",
        "名前",
        "姓名",
        "test",
        "testtest",
        "johndoe",
        "doejohn",
        "janedoe",
        "doejane",
        "tarouyamada",
        "yamadatarou",
        "tarouyamada",
        "taroyamada",
        "hanakoyamada",
        "ヤマダタロウ",
        "ヤマダハナコ",
        "テストタロウ",
    ]
) - {"鈴木一郎", "田中太郎", "佐藤太郎"}  # these live
_LOCALS = frozenset(
    [
        "test",
        "sample",
        "example",
        "info",
        "user",
        "username",
        "name",
        "your.name",
        "yourname",
        "foo",
        "bar",
        "hoge",
        "hogehoge",
        "fuga",
        "piyo",
        "xxx",
        "xxxx",
        "xxxxx",
        "aaa",
        "abc",
        "abcd",
        "mail",
        "email",
        "admin",
        "root",
        "webmaster",
        "postmaster",
        "noreply",
        "no-reply",
        "support",
        "contact",
        "yamada",
        "yamada.taro",
        "taro.yamada",
        "t.yamada",
        "taro",
        "hanako",
        "john.doe",
        "johndoe",
        "jane.doe",
        "you",
        "me",
        "someone",
        "git",
    ]
)
_SAMPLE_DOMAIN = later(
    r"(?:[\w-]{1,63}\.){0,9}(?:example(?:\.\w{1,63}){0,9}|test|invalid|localhost|domain\.(?:com|jp)|co\.jp|sample\.(?:com|jp|co\.jp))"
)
_ROLE_LOCALS = frozenset(
    [
        "info",
        "support",
        "contact",
        "noreply",
        "no-reply",
        "webmaster",
        "postmaster",
        "admin",
        "root",
        "sales",
        "help",
        "press",
        "recruit",
    ]
)
_NO_PHONE = later(
    r"\d{2,4}(?:12345678|23456789|11111111|00000000|1234567|99999999|0000000)"  # samples
    r"|0120\d{6}|0570\d{6}|0990\d{6}|0180\d{6}"  # lines of companies
    r"|.{3}(.)\1{0,12}"
)
_TAIL = 7
_TAILS = frozenset([*(_TAIL * digit for digit in "0123456789"), "1234567", "2345678", "3456789"])
_LINES = frozenset(["0120", "0570", "0990", "0180"])
_YEARS_NOBODY = ("1900-01-01", "1970-01-01", "2000-01-01", "1980-01-01", "1990-01-01")


_TEST_CARDS = frozenset(
    [
        "4111111111111111",
        "4242424242424242",
        "4012888888881881",
        "5555555555554444",
        "5105105105105100",
        "378282246310005",
        "371449635398431",
        "3530111333300000",
        "3566002020360505",
        "6011111111111117",
    ]
)
FEW_DIGITS = 2  # different ones, in a card's number that is nobody's


def is_dummy(kind: str, canonical: str) -> bool:
    """Whether a canonical value is a known sample and not a person's."""
    test = dummy_test(kind)
    return test is not None and test(canonical)


def dummy_test(kind: str) -> Callable[[str], bool] | None:
    """What tells the samples of a kind; None for a kind that has none."""
    return _TESTS.get(kind)


def _is_sample_phone(canonical: str) -> bool:
    may_be = canonical[-_TAIL:] in _TAILS or canonical[:4] in _LINES or len(canonical) < _TAIL + 3
    return may_be and _NO_PHONE.fullmatch(canonical) is not None


def _is_sample_card(canonical: str) -> bool:
    return canonical in _TEST_CARDS or len(set(canonical)) <= FEW_DIGITS


def _is_sample_email(canonical: str) -> bool:
    local, _, domain = canonical.partition("@")
    return local in _ROLE_LOCALS or (local in _LOCALS and bool(_SAMPLE_DOMAIN.fullmatch(domain)))


_TESTS: Final[Mapping[str, Callable[[str], bool]]] = {
    "phone": _is_sample_phone,
    "card_number": _is_sample_card,
    "email": _is_sample_email,
    "name": lambda canonical: canonical.replace(" ", "") in _NAMES,
    "kana": _NAMES.__contains__,
    "birth_date": frozenset(_YEARS_NOBODY[:2]).__contains__,
    "postal_code": frozenset(n * digit for digit in "0123456789" for n in range(1, 16)).__contains__,
}

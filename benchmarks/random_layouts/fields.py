"""Fields as random layouts write them: each template draws one spelling a field, and a label for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus import spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from benchmarks.random_layouts.customers import Subscriber

    Write = Callable[[Random, Subscriber], str]

NOTES = ("済", "未納", "要注意", "電話NG", "本人確認OK", "解約済", "クレームあり", "2023-03-30 対応", "A", "B+")
LABELS: Mapping[str, tuple[str, ...]] = {
    "name": ("氏名", "名前", "なまえ", "Name", "お名前", "本名", "宛名", "契約者", "顧客名", "name"),
    "kana": ("カナ", "ふりがな", "よみ", "フリガナ", "kana", "読み"),
    "birth": ("生年月日", "誕生日", "birthday", "生", "DOB", "birth"),
    "postal": ("郵便番号", "〒", "郵便", "zip", "ZIP"),
    "address": ("住所", "現住所", "Address", "お届け先", "addr", "住まい"),
    "phone": ("電話番号", "電話", "TEL", "でんわ", "phone", "携帯", "連絡先", "けーたい"),
    "landline": ("自宅", "固定電話", "home phone", "電話2", "自宅電話"),
    "mail": ("メール", "E-mail", "mail", "メアド", "メールアドレス"),
    "number": ("会員番号", "お客様番号", "ID", "顧客番号", "customer_id", "契約番号"),
    "plan": ("契約プラン", "サービス", "プラン", "plan"),
    "note": ("備考", "note", "状態", "メモ"),
}


def _name(form: Callable[[Subscriber], str]) -> Write:
    return lambda _rng, one: form(one)


def _between(sign: str) -> Write:
    return lambda _rng, one: f"{one.person.family}{sign}{one.person.given}"


def _roman(form: str) -> Write:
    def write(_rng: Random, one: Subscriber) -> str:
        return form.format(f=one.person.family_roman.title(), g=one.person.given_roman.title()).strip()

    return write


def _upper(form: str) -> Write:
    return lambda rng, one: _roman(form)(rng, one).upper()


NAMES: Mapping[str, Write] = {
    "plain": _name(lambda one: one.person.name),
    "joined": _name(lambda one: one.person.joined),
    "spaced": _name(lambda one: one.person.spaced),
    "様": _name(lambda one: one.person.joined + "様"),
    "さん": _name(lambda one: one.person.joined + "さん"),
    "殿": _name(lambda one: one.person.spaced + " 殿"),
    "slash": _between("/"),
    "dot": _between("・"),
    "comma": _between("，"),
    "hyphen": _between("-"),
    "given first": _name(lambda one: f"{one.person.given} {one.person.family}"),
    "old kanji": _name(lambda one: spellings.old_kanji(one.person.spaced)),
    "roman": _roman("{f} {g}"),
    "roman given first": _roman("{g} {f}"),
    "ROMAN": _upper("{f} {g}"),
    "Roman, comma": _roman("{f}, {g}"),
}
SURNAMES: Mapping[str, Write] = {
    "surname様": _name(lambda one: one.person.family + "様"),
    "surname": _name(lambda one: one.person.family),
    "surname殿": _name(lambda one: one.person.family + "殿"),
    "surname＊＊様": _name(lambda one: one.person.family + "＊＊様"),
    "surname○○": _name(lambda one: one.person.family + "○○"),
    "surname**": _name(lambda one: one.person.family + " **"),
    "Mr./Ms.": _roman("Mr./Ms. {f}"),
    "Mr.": _roman("Mr. {f}"),
    "SURNAME": _upper("{f}"),
    "initial": _roman("{f} {g[0]}."),
    "first letter": _name(lambda one: one.person.family[0] + "＊" * (len(one.person.joined) - 1)),
}
KANAS: Mapping[str, Write] = {
    "plain": _name(lambda one: one.person.kana),
    "joined": _name(lambda one: one.person.kana.replace("　", "")),
    "half": _name(lambda one: spellings.half_kana(one.person.kana)),
    "half joined": _name(lambda one: spellings.half_kana(one.person.kana).replace(" ", "")),
    "hiragana": _name(lambda one: spellings.hiragana(one.person.kana)),
    "hiragana joined": _name(lambda one: spellings.hiragana(one.person.kana).replace("　", "")),
}


def _date(form: str) -> Write:
    return lambda _rng, one: f"{one.person.born:{form}}"


def _era_numbers(_rng: Random, one: Subscriber) -> str:
    era, year, month = spellings.era(one.person).partition(".")[0], *spellings.era(one.person).split(".")[1:]
    return f"{era}/{int(year):02d}/{int(month):02d}"


BIRTHS: Mapping[str, Write] = {
    "iso": _date("%Y-%m-%d"),
    "slashes": _date("%Y/%m/%d"),
    "wide": lambda _rng, one: spellings.wide(f"{one.person.born:%Y/%m/%d}"),
    "month first": _date("%m/%d/%Y"),
    "compact": _date("%Y%m%d"),
    "年月日": lambda _rng, one: f"{one.person.born.year}年{one.person.born.month}月{one.person.born.day}日",
    "dots": _date("%Y.%m.%d"),
    "era": lambda _rng, one: spellings.era(one.person),
    "era slashes": _era_numbers,
    "era kanji": lambda _rng, one: spellings.era_kanji(one.person),
    "any": lambda rng, one: BIRTHS[rng.choice(("iso", "slashes", "month first", "年月日", "era kanji"))](rng, one),
}


def _code(form: str) -> Write:
    return lambda _rng, one: form.format(one.person.postal[:3], one.person.postal[3:])


POSTALS: Mapping[str, Write] = {
    "plain": _code("{}{}"),
    "hyphen": _code("{}-{}"),
    "〒": _code("〒{}-{}"),
    "〒 blank": _code("〒 {}-{}"),
    "wide": lambda _rng, one: spellings.wide(f"{one.person.postal[:3]}-{one.person.postal[3:]}"),
}
MASKED_POSTALS: Mapping[str, Write] = {"masked": _code("{}-****"), "begun": _code("{}-")}


def _building(one: Subscriber) -> str:
    return f"{one.person.building}{one.person.room}" if one.person.room else ""


def _short(_rng: Random, one: Subscriber) -> str:
    p = one.person
    return f"{p.city}{p.town}{'-'.join(map(str, p.house))} {_building(one)}".strip()


ADDRESSES: Mapping[str, Write] = {
    "plain": lambda _rng, one: one.person.address,
    "丁目": lambda _rng, one: spellings.chome(one.person) + _building(one),
    "short": _short,
    "wide": lambda _rng, one: spellings.wide(one.person.address),
    "丁目 short": lambda _rng, one: spellings.chome(one.person, prefecture=False) + _building(one),
    "room joined": lambda _rng, one: spellings.short_address(one.person),
}
TOWNS: Mapping[str, Write] = {
    "town": lambda _rng, one: one.person.prefecture + one.person.city + one.person.town,
    "town***": lambda _rng, one: one.person.prefecture + one.person.city + one.person.town + "＊＊＊",
}


def _phone(change: Callable[[str], str]) -> Write:
    return lambda _rng, one: change(one.person.phone)


def _landline(change: Callable[[str], str]) -> Write:
    return lambda _rng, one: change(one.landline)


def _mixed(rng: Random, one: Subscriber) -> str:
    number = one.landline if one.landline and rng.random() < 0.4 else one.person.phone  # noqa: PLR2004  # near half
    return spellings.lost_zero(number)


PHONES: Mapping[str, Write] = {
    "plain": _phone(str),
    "digits": _phone(lambda n: n.replace("-", "")),
    "wide": _phone(spellings.wide),
    "wide long": _phone(lambda n: spellings.wide(n).replace("－", "ー")),
    "abroad": _phone(spellings.abroad),
    "abroad hyphens": _phone(lambda n: "+81-" + n[1:]),
    "dots": _phone(lambda n: n.replace("-", ".")),
    "blanks": _phone(lambda n: n.replace("-", " ")),
    "bracketed": _phone(lambda n: "{}({}){}".format(*n.split("-"))),
    "lost zero": _phone(spellings.lost_zero),
    "spaced out": _phone(lambda n: " ".join(n.replace("-", ""))),
    "lost zero, any line": _mixed,
    "kanji": _phone(spellings.kanji_digits),
    "excel": _phone(lambda n: '="' + n.replace("-", "") + '"'),
}
LANDLINES: Mapping[str, Write] = {
    "plain": _landline(str),
    "digits": _landline(lambda n: n.replace("-", "")),
    "bracketed": _landline(lambda n: "{}({}){}".format(*n.split("-")) if n else ""),
}


def _mail(change: Callable[[str], str]) -> Write:
    return lambda _rng, one: change(one.person.email)


def _worded(at: str, dot: str = ".") -> Write:
    return _mail(lambda address: address.replace(".", dot).replace("@", at))


MAILS: Mapping[str, Write] = {
    "plain": _mail(str),
    "upper": _mail(str.upper),
    "wide": _mail(spellings.wide),
    "wide at": _worded("＠"),
    "(at)": _worded("(at)"),
    "(at) (dot)": _worded("(at)", "(dot)"),
    "[at]": _worded(" [at] "),
    "[@][.]": _worded("[@]", "[.]"),
    "at dot": _worded(" at ", " dot "),
    "アットマーク": _worded("アットマーク"),
    "★": _mail(lambda address: address.replace("@", "★") + "（★を@に）"),
    "mailto": _mail(lambda address: "mailto:" + address),
    "<>": _mail(lambda address: f"<{address}>"),
    "any": lambda rng, one: MAILS[rng.choice(("plain", "upper", "wide", "(at)", "アットマーク", "★"))](rng, one),
}
MASKED_MAILS: Mapping[str, Write] = {
    "masked": lambda _rng, one: spellings.masked_email(one.person),
}
MASKED_PHONES: Mapping[str, Write] = {
    "masked end": lambda _rng, one: spellings.masked_phone(one.person),
    "masked middle": _phone(lambda n: n[:4] + "****" + n[-5:]),
}
NUMBERS: Mapping[str, Write] = {
    "plain": lambda _rng, one: one.person.number,
    "wide": lambda _rng, one: spellings.wide(one.person.number),
    "lower": lambda _rng, one: one.person.number.lower(),
}
PLANS: Mapping[str, Write] = {"plain": lambda _rng, one: one.plan}
REMARKS: Mapping[str, Write] = {"plain": lambda rng, _one: rng.choice(NOTES)}

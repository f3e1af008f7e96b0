"""More ways of rewriting: lists of one or two weak columns, fields in parts, other scripts, samples told in posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus import layouts, spellings
from benchmarks.corpus.spellings import slip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    People = Sequence[Person]
    Way = Callable[[Random, People], bytes | str]

_POSTS = (
    "草",
    "通報した",
    "ソースは？",
    "これ釣りでしょ",
    "保存した",
    "まじか",
    "元データは3.2GBらしい",
    "消される前に見とけ",
)


def _rows(columns: Callable[[Person], dict[str, str]], *, header: bool = True, delimiter: str = ",") -> Way:
    return lambda _rng, people: layouts.table([columns(p) for p in people], header=header, delimiter=delimiter)


def _lines(line: Callable[[Person], str]) -> Way:
    return lambda _rng, people: "\n".join(map(line, people))


def _phone_parts(p: Person) -> tuple[str, str, str]:
    area, exchange, number = p.phone.split("-")
    return area, exchange, number


def _era_parts(p: Person) -> dict[str, str]:
    written = spellings.era_kanji(p)
    year, rest = written[2:].split("年")
    month, day = rest.rstrip("日").split("月")
    return {"氏名": p.name, "元号": written[:2], "年": year, "月": month, "日": day}


def _house(p: Person) -> str:
    return "-".join(map(str, p.house))


def _thread(told: Callable[[Random, Person], str]) -> Way:
    """A thread of a board: posts about people among posts about nothing."""

    def write(rng: Random, people: People) -> str:
        posts = []
        for p in people:
            posts += [rng.choice(_POSTS) for _ in range(rng.randrange(3))] + [told(rng, p)]
        days = [
            f"2026/11/{rng.randrange(1, 24):02d}(月) {rng.randrange(24):02d}:{rng.randrange(60):02d}" for _ in posts
        ]
        heads = [f"{n} 名前：名無しさん 投稿日：{day} ID:{rng.getrandbits(36):09x}" for n, day in enumerate(days, 1)]
        return "\n\n".join(f"{head}\n{post}" for head, post in zip(heads, posts, strict=True))

    return write


def _masked_row(rng: Random, p: Person) -> str:
    town = f"{p.prefecture}{p.city}{p.town}"
    return rng.choice((
        f"サンプル {spellings.masked_name(p)} {spellings.masked_phone(p)} {town}",
        f"・{p.joined}様　{spellings.masked_phone(p)}　{town}在住",
        f"{p.joined}（{spellings.masked_phone(p)}、{spellings.masked_email(p)}）",
    ))  # fmt: skip


def _latin_slip(rng: Random, people: People) -> str:
    names = [f"{p.given_roman} {p.family_roman}".strip() or p.name for p in people]
    rows = [
        {"name": slip(rng, name) if p.family_kana else _typed(rng, p.name), "phone": p.phone, "email": p.email}
        for p, name in zip(people, names, strict=True)
    ]
    return layouts.table(rows)


def _typed(rng: Random, name: str) -> str:
    """A Latin name with a letter dropped, doubled or swapped."""
    at = rng.randrange(1, len(name) - 1)
    return rng.choice((
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
    ))  # fmt: skip


ODD_WAYS: dict[str, Way] = {
    "phones alone": _lines(lambda p: p.phone),
    "phone:password": _lines(lambda p: f"{p.phone.replace('-', '')}:pw{p.born.year}"),
    "phone in three columns": _rows(
        lambda p: {"氏名": p.name, **dict(zip(("市外局番", "市内局番", "番号"), _phone_parts(p), strict=True))}
    ),
    "phone in three columns, zeros lost": _rows(
        lambda p: {"name": p.name, **{f"tel{n}": str(int(part)) for n, part in enumerate(_phone_parts(p), 1)}}
    ),
    "phone in three columns, no header": _rows(
        lambda p: {"n": p.joined, **dict(zip("abc", _phone_parts(p), strict=True))}, header=False
    ),
    "birth date in three columns": _rows(
        lambda p: {"氏名": p.name, "年": str(p.born.year), "月": str(p.born.month), "日": str(p.born.day)}
    ),
    "birth date in era columns": _rows(_era_parts),
    "postal code in two columns": _rows(
        lambda p: {"氏名": p.name, "郵便番号1": p.postal[:3], "郵便番号2": p.postal[3:], "番地": _house(p)}
    ),
    "name + birth date, no header": _rows(
        lambda p: {"n": p.joined, "b": p.born.strftime("%Y/%m/%d")}, header=False, delimiter="\t"
    ),
    "family, given, phone, no header": _rows(
        lambda p: {"f": p.family, "g": p.given, "t": p.phone.replace("-", "")}, header=False
    ),
    "address in parts, no header": _rows(
        lambda p: {"n": p.name, "p": p.prefecture, "c": p.city, "t": p.town + _house(p), "b": p.building}, header=False
    ),
    "name + phone's last four + birth date": _rows(
        lambda p: {"氏名": p.name, "下4桁": p.phone[-4:], "生年月日": p.born.isoformat()}
    ),
    "wrong prefecture": _rows(lambda p: {"氏名": p.name, "住所": f"大阪府{p.city}{p.town}{_house(p)}"}),
    "大字, room after a blank": _rows(
        lambda p: {"氏名": p.name, "住所": f"{p.city}大字{p.town}{_house(p)} {p.room or ''}".strip()}
    ),
    "written downwards": _rows(lambda p: {"宛名": p.joined + "様", "住所": spellings.positional(p)}),
    "passport name + birth date": _rows(lambda p: {"Name": spellings.passport(p), "DOB": p.born.strftime("%d/%m/%Y")}),
    "kunrei name + postal code": _rows(
        lambda p: {"name": spellings.kunrei(p), "zip": p.postal, "phone last 4": p.phone[-4:]}
    ),
    "born Apr 3, 1985": _rows(lambda p: {"name": p.name, "born": spellings.english_date(p)}, delimiter=";"),
    "born by era's number": _rows(lambda p: {"氏名": p.name, "生年月日": spellings.era_code(p)}),
    "latin name with a slip": _latin_slip,
    "customer numbers in a query": lambda _, people: (
        f"where customer_id in ({', '.join(repr(p.number) for p in people)}) order by 1;"
    ),
    "customer number in a post": lambda _, people: "\n".join(
        f"{p.number}の{p.joined}さんの件、対応よろしく" for p in people
    ),
    "thread, name and phone": _thread(lambda _, p: f"{p.spaced} {p.phone}\n{p.address}"),
    "thread, masked rows": _thread(_masked_row),
    "thread, birth dates": _thread(
        lambda _, p: (
            f"こいつ知ってる。{p.joined}、{p.born.year}年{p.born.month}月{p.born.day}日生まれ、{p.city}{p.town}の人"
        )
    ),
    "thread, addresses": _thread(lambda _, p: f"{p.joined}の家は{p.prefecture}{p.city}{p.town}{_house(p)}だぞ"),
    "neighbours in one sentence": lambda _, people: (
        "、".join(f"{p.city}{p.town}{_house(p)}の{p.joined}" for p in people) + "が載っていた。"
    ),
    "in English": lambda _, people: "\n".join(
        f"I found {(p.given_roman + ' ' + p.family_roman).title() if p.family_kana else p.name}, "
        f"born {spellings.english_date(p)}, phone {p.phone}."
        for p in people
    ),
}

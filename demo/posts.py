"""What stands on the demo's sites: three leaks, decoys that look like leaks, and ordinary talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING

from demo.carrier import SEED, Carrier, only_in, write_csv

if TYPE_CHECKING:
    from demo.people import MadeUpPerson

JST = timezone(timedelta(hours=9))
START = datetime(2026, 11, 20, 9, 0, tzinfo=JST)
LEAK_ROWS = 400
SAMPLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Post:
    """One paste or forum post, as its author sent it."""

    title: str
    author: str
    at: datetime
    body: bytes
    media_type: str = "text/plain"
    is_leak: bool = False


def make_pastes(carrier: Carrier) -> list[Post]:
    """The paste site: one leak as a CP932 file, decoys, and ordinary pastes."""
    random = Random(SEED + 1)
    dump = write_csv(_leaked(carrier, random), "cp932")
    decoys = [
        ("shop members", "\n".join(",".join(person.row()[1:]) for person in carrier.strangers[:80])),
        ("number plan", "\n".join(f"090-0777-{number:04d}" for number in range(300))),
        ("access.log", _access_log(random)),
        ("settings.py", _source_code()),
        (
            "template",
            "氏名,電話,メール\n山田 太郎,090-1234-5678,taro@example.com\n山田 花子,090-1234-5679,hanako@example.com\n",
        ),
        (
            "orders",
            "\n".join(f"注文 {20261100000 + n} 2026/11/{1 + n % 20:02d} {n * 37 % 9000 + 1000}円" for n in range(60)),
        ),
    ]
    texts = [Post(title, "guest", START, body.encode()) for title, body in decoys]
    texts += [Post(f"memo {n}", "guest", START, _talk(random, n).encode()) for n in range(1, 15)]
    texts.insert(9, Post("list_0901", "anon", START, dump, "text/csv", is_leak=True))
    return [_at(post, index) for index, post in enumerate(texts)]


def leaked_people(carrier: Carrier) -> list[MadeUpPerson]:
    """Who stands in the leak on the paste site, in its order."""
    return _leaked(carrier, Random(SEED + 1))


def _leaked(carrier: Carrier, random: Random) -> list[MadeUpPerson]:
    return random.sample(only_in(carrier, 0), LEAK_ROWS)


def make_topics(carrier: Carrier) -> list[list[Post]]:
    """The forum: topics of posts; a seller's masked sample in one, a worker's confession in another."""
    random = Random(SEED + 2)
    sample = "\n".join(_masked(person) for person in random.sample(only_in(carrier, 2), SAMPLE_ROWS))
    offer = f"某キャリアの顧客名簿、60万件あります。サンプル:\n\n{sample}\n\n続きはDMで。"
    victims = random.sample(only_in(carrier, 1), 3)
    told = (
        "印刷所でバイトしてた時の話。請求書に載ってた客の個人情報、普通に見放題だった。たとえば"
        f"{victims[0].address}の{victims[0].name.replace('　', '')}さん、電話は{victims[0].phone}。"
        f"あと{victims[1].name.replace('　', '')}さん({victims[1].phone.replace('-', '')})とか、"
        f"{victims[2].email} の{victims[2].name.replace('　', ' ')}様とか。管理ずさんすぎ。"
    )
    topics = [
        [Post(f"雑談 その{number}", "名無し", START, _talk(random, number * 10 + n).encode()) for n in range(3)]
        for number in range(1, 9)
    ]
    topics[2].append(Post("雑談 その3", "seller_x", START, offer.encode(), is_leak=True))
    topics[5].append(Post("雑談 その6", "元バイト", START, told.encode(), is_leak=True))
    topics[6].append(Post("雑談 その7", "shop", START, _shop_talk(carrier.strangers).encode()))
    return [[_at(post, index * 5 + place) for place, post in enumerate(topic)] for index, topic in enumerate(topics)]


def _at(post: Post, minutes: int) -> Post:
    return Post(
        post.title, post.author, post.at + timedelta(minutes=7 * minutes), post.body, post.media_type, post.is_leak
    )


def _masked(person: MadeUpPerson) -> str:
    """A seller's row: enough to show that it is real, not enough to use."""
    family, given = person.name.split("　")
    town = person.address.split("丁目")[0][:-1]
    local, domain = person.email.split("@")
    fields = [
        f"{family} {given}",
        person.born.replace("-", "/"),
        f"〒{person.postal_code} {town}…",
        f"{person.phone[:8]}-****",
        f"{local[:2]}***@{domain}",
    ]
    return "  ".join(fields)


def _shop_talk(strangers: list[MadeUpPerson]) -> str:
    person = strangers[-1]
    return f"担当の{person.name.replace('　', '')}です。ご予約は {person.phone} か {person.email} まで。"


def _talk(random: Random, number: int) -> str:
    lines = [
        "今日の天気は晴れ。散歩にちょうどいい。",
        "新しい端末、電池の持ちがすごい。",
        "回線が遅いのはルーターの再起動で直った。",
        "会議は15時から第2会議室。資料は前日までに。",
        "The server came back after a reload, nothing lost.",
        "鍋の季節になりました。白菜が安い。",
        "料金プランの比較表を作ったので貼っておく。A:2980円 B:4480円 C:6580円",
        "電車が20分遅れ。駅員さんお疲れさまです。",
    ]
    return f"No.{number}\n" + "\n".join(random.sample(lines, 4)) + "\n"


def _access_log(random: Random) -> str:
    return "\n".join(
        f"127.0.0.{random.randint(1, 9)} - - [20/Nov/2026:10:{n % 60:02d}:00 +0900] "
        f'"GET /item/{random.randint(10**9, 10**10)} HTTP/1.1" 200 {random.randint(100, 9999)}'
        for n in range(80)
    )


def _source_code() -> str:
    lines = [
        "TIMEOUT = 30",
        'CONTACT = "support@vendor.example"',
        'TEST_PHONE = "090-1234-5678"',
        "",
        "def ping(host):",
    ]
    return "\n".join([*lines, "    return host", ""])

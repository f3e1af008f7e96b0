"""Made-up posts for the targets: Japanese, with the characters that get lost on the way."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NAMES = ("架空 花子", "仮名 一郎", "髙﨑 惠", "ﾐﾎﾝ ﾀﾛｳ", "例山 さくら", "邉見 齋")
AUTHORS = ("名無しさん", "kuroneko", "管理人", "shadow-x", "齋藤")
# Wave dash and full-width tilde, backslash and yen, CP932's vendor characters, half-width kana, beyond the BMP, markup.
EDGES = "～〜 ―— ‖∥ －− ＼ ¥ ㈱ ① Ⅲ ｶﾅ 髙﨑 𠮷野家 🔥 <script>alert(1)</script> &amp; & \"quotes\" 'ok'"
BEGIN = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Post:
    """One post as its author meant it."""

    title: str
    author: str
    body: str
    at: datetime


def make_posts(count: int, *, seed: int = 1) -> list[Post]:
    """Posts in the order they were posted, to the minute, over several days."""
    draw = random.Random(seed)  # noqa: S311  # the same posts each time
    return [_post(number, draw) for number in range(1, count + 1)]


def _post(number: int, draw: random.Random) -> Post:
    rows = [
        f"K{number:03d}{row:02d},{draw.choice(NAMES)},090-0000-{draw.randint(0, 9999):04d},架空県仮名市{row}-{number}"
        for row in range(draw.randint(1, 8))
    ]
    body = "\n".join([f"番号,氏名,電話,住所 その{number}", *rows, EDGES])
    if number % 3 == 0:
        body = f"日本語の雑談 {number} です。\n二行目。{draw.choice(NAMES)}さん、ありがとう。\n\n段落を分けて、{EDGES}"
    at = BEGIN + timedelta(minutes=97 * number)
    return Post(f"名簿 その{number}", AUTHORS[number % len(AUTHORS)], body, at)

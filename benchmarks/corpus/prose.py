"""People told about in sentences, as posts in a forum do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from benchmarks.corpus.people import Person

_FILLER = (
    "最近このサイト重くない？昨日からずっとこんな感じなんだが。",
    "週末は雨らしいので出かけるのはやめておく。新しい端末が出るまで待つつもり。",
    "会社の先輩に聞いた話だけど、委託先の管理ってけっこう適当らしいよ。",
    "値段は応談。興味ある人は3日以内に連絡ください。在庫は2万件くらい。",
    "2026年11月20日に更新。前回は第12回、次回は来月の予定。",
)


def one(rng: Random, p: Person) -> str:
    """One person, by name and number, somewhere in a post."""
    said = rng.choice((
        f"{p.joined}って人の番号、{p.phone}だってさ。",
        f"この前の件、{p.joined}さん（{p.phone}）に電話したら普通に出た。",
        f"携帯は{p.phone}、名前は{p.spaced}。住所は{p.city}{p.town}らしい。",
    ))  # fmt: skip
    return "\n".join([rng.choice(_FILLER), said, rng.choice(_FILLER)])


def several(rng: Random, people: Sequence[Person]) -> str:
    """Some people, a sentence or two each."""
    said = [
        rng.choice((
            f"まず{p.joined}、{p.born.year}年{p.born.month}月{p.born.day}日生まれ、電話は{p.phone}。",
            f"{p.prefecture}の{p.joined}さんは{p.email}を使っている。",
            f"次に{p.joined}（{p.address}）、連絡先 {p.phone}。",
        ))
        for p in people
    ]  # fmt: skip
    return rng.choice(_FILLER) + "\n" + "\n".join(said) + "\n" + rng.choice(_FILLER)


def weak(rng: Random, people: Sequence[Person]) -> str:
    """Without numbers: birth dates and addresses."""
    said = [
        rng.choice((
            f"{p.joined}（{p.born.year}年{p.born.month}月{p.born.day}日生）は{p.prefecture}{p.city}{p.town}に住んでいる。",
            f"{p.spaced}さん、{p.born.year}/{p.born.month}/{p.born.day}生まれ、〒{p.postal[:3]}-{p.postal[3:]}。",
        ))
        for p in people
    ]  # fmt: skip
    return rng.choice(_FILLER) + "\n\n" + "\n\n".join(said)


def quoted(text: str) -> str:
    """As a reply quotes it."""
    return "上の人が貼ってたやつ\n" + "\n".join(">> " + line for line in text.split("\n")) + "\nこれ本物？"


def one_line(rng: Random, people: Sequence[Person]) -> str:
    """All in one breath."""
    return rng.choice(_FILLER) + "、".join(f"{p.joined}{p.phone}" for p in people) + "。" + rng.choice(_FILLER)

"""More documents in which nobody was leaked: what anybody may publish about people, places and things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus import layouts
from benchmarks.corpus.people import make_people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    Decoy = Callable[[Random, Sequence[Person]], str]


def _some(rng: Random, people: Sequence[Person], count: int = 80) -> list[Person]:
    return rng.sample(list(people), count)


def confirmations(rng: Random, _people: Sequence[Person]) -> str:
    """A shop's mails: order numbers, days, sums."""
    return "\n\n".join(
        f"ご注文番号：{rng.randrange(10**10, 10**11)}\n注文日：2026/11/{rng.randrange(1, 28)}\n"
        f"合計：{rng.randrange(500, 9000):,}円\n配送番号：{rng.randrange(10**11, 10**12)}"
        for _ in range(60)
    )


def bibliography(rng: Random, people: Sequence[Person]) -> str:
    """Customers' namesakes as authors, with years, pages and ISBNs."""
    lines = []
    for p in _some(rng, people):
        isbn = f"978-4-{rng.randrange(1000, 9999)}-{rng.randrange(1000, 9999)}-{rng.randrange(10)}"
        pages = f"{rng.randrange(1, 90)}-{rng.randrange(100, 400)}"
        lines.append(f"{p.joined}（{rng.randrange(1970, 2026)}）『通信の歴史』架空書房、pp.{pages}。ISBN {isbn}")
    return "\n".join(lines)


def candidates(rng: Random, people: Sequence[Person]) -> str:
    """An election: customers' namesakes with ages and the cities they stand for."""
    return layouts.table([
        {"候補者": p.joined, "年齢": str(rng.randrange(30, 80)), "選挙区": q.prefecture + q.city,
         "得票": str(rng.randrange(90_000))}
        for p, q in zip(_some(rng, people), make_people(rng, 80, prefix="Z"), strict=True)
    ])  # fmt: skip


def results(rng: Random, people: Sequence[Person]) -> str:
    """A race: places, customers' namesakes with prefectures, times."""
    return "\n".join(
        f"{n}位 {p.joined}（{p.prefecture}） {rng.randrange(10, 15)}.{rng.randrange(100):02d}秒"
        for n, p in enumerate(_some(rng, people), 1)
    )


def flats(rng: Random, people: Sequence[Person]) -> str:
    """Flats for sale in customers' towns."""
    return "\n".join(
        f"{p.prefecture}{p.city}{p.town}{rng.randrange(1, 9)}丁目 "
        f"徒歩{rng.randrange(1, 20)}分 {rng.randrange(1000, 8000):,}万円"
        for p in _some(rng, people)
    )


def obituaries(rng: Random, people: Sequence[Person]) -> str:
    """Deaths of customers' namesakes somewhere else."""
    return "\n".join(
        f"{p.joined}氏（{q.prefecture}{q.city}、{rng.randrange(60, 99)}歳）"
        f"{rng.randrange(1, 12)}月{rng.randrange(1, 28)}日死去。"
        for p, q in zip(_some(rng, people), make_people(rng, 80, prefix="Z"), strict=True)
    )


def examinations(rng: Random, _people: Sequence[Person]) -> str:
    """Measurements of patients without names."""
    return layouts.table([
        {"ID": f"P{rng.randrange(10**5):05d}", "age": str(rng.randrange(20, 90)), "sbp": f"{rng.gauss(120, 15):.0f}",
         "visit": f"2026-{rng.randrange(1, 12):02d}-{rng.randrange(1, 28):02d}"}
        for _ in range(200)
    ])  # fmt: skip


def complaints(rng: Random, people: Sequence[Person]) -> str:
    """Customers' numbers with what callers wanted, and how many wrote about them."""
    return "\n".join(
        f"{p.phone} 迷惑電話。{rng.choice(('電気料金', '光回線'))}の勧誘。{rng.randrange(2, 300)}件の口コミ"
        for p in _some(rng, people)
    )


def relatives(rng: Random, people: Sequence[Person]) -> str:
    """People of customers' surnames with given names and birth dates of their own."""
    known = {(p.joined, p.born) for p in people}
    strangers = make_people(rng, 80, prefix="Z")
    born = [(p.family + q.given, q.born) for p, q in zip(_some(rng, people), strangers, strict=True)]
    return layouts.table(
        [{"氏名": name, "生年月日": day.isoformat()} for name, day in born if (name, day) not in known]
    )


PUBLIC_LISTS: tuple[Decoy, ...] = (
    confirmations,
    bibliography,
    candidates,
    results,
    flats,
    obituaries,
    examinations,
    complaints,
    relatives,
)

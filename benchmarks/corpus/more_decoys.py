"""More documents in which nobody was leaked: other companies' lists in every form, directories, pages, machine text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus import layouts
from benchmarks.corpus.people import make_people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    Decoy = Callable[[Random, Sequence[Person]], str]


def _strangers(rng: Random, count: int = 150) -> list[Person]:
    return make_people(rng, count, prefix="Z")


def unlike(people: Sequence[Person], strangers: Sequence[Person]) -> list[Person]:
    """The strangers who do not share name and birth date with a customer: nobody could tell those apart."""
    known = {(p.joined, p.born) for p in people}
    return [q for q in strangers if (q.joined, q.born) not in known]


def strangers_phones(rng: Random, _people: Sequence[Person]) -> str:
    """Somebody else's phones, one a line."""
    return "\n".join(q.phone for q in _strangers(rng, 300))


def whole_blocks(rng: Random, people: Sequence[Person]) -> str:
    """Every number of some blocks in which customers have theirs."""
    heads = [p.phone[:-4] for p in rng.sample(list(people), 3)]
    return "\n".join(f"{head}{n:04d}" for head in heads for n in range(0, 10_000, 3))


def strangers_masked(rng: Random, _people: Sequence[Person]) -> str:
    """A seller's sample of somebody else's customers."""
    return layouts.table([
        {"氏名": q.family + "**", "電話": q.phone[:-4] + "****", "住所": q.prefecture + q.city + q.town}
        for q in _strangers(rng)
    ])  # fmt: skip


def strangers_weak(rng: Random, _people: Sequence[Person]) -> str:
    """Somebody else's customers by reading, last four digits and postal code."""
    return layouts.table([{"カナ": q.kana or q.name, "下4桁": q.phone[-4:], "〒": q.postal} for q in _strangers(rng)])


def strangers_born(rng: Random, people: Sequence[Person]) -> str:
    """Somebody else's customers by name and birth date."""
    return layouts.table(
        [{"氏名": q.name, "生年月日": q.born.isoformat()} for q in unlike(people, _strangers(rng, 400))]
    )


def houses_resold(rng: Random, people: Sequence[Person]) -> str:
    """Customers' addresses with other people in them."""
    some = rng.sample(list(people), 60)
    rows = [
        {"氏名": q.name, "住所": p.address} for p, q in zip(some, _strangers(rng, 60), strict=True) if p.name != q.name
    ]
    return layouts.table(rows)


def encyclopedia(rng: Random, people: Sequence[Person]) -> str:
    """Customers' namesakes with birth dates of their own."""
    some = rng.sample(list(people), 80)
    return "\n".join(
        f"{p.joined}（{q.born.year}年{q.born.month}月{q.born.day}日 - ）は野球選手。{q.prefecture}{q.city}出身。"
        for p, q in zip(some, _strangers(rng, 80), strict=True)
    )


def roster(rng: Random, people: Sequence[Person]) -> str:
    """A team: numbers, names, birth dates, heights, places."""
    rows = [
        {
            "背番号": str(n),
            "選手": q.name,
            "生年月日": q.born.isoformat(),
            "身長": str(rng.randrange(160, 200)),
            "出身": q.prefecture,
        }
        for n, q in enumerate(unlike(people, _strangers(rng, 60)), 1)
    ]
    return layouts.table(rows)


def company_page(rng: Random, _people: Sequence[Person]) -> str:
    """Company pages: representatives, addresses, switchboards."""
    return "\n\n".join(
        f"株式会社{q.family}商事\n代表取締役　{q.joined}\n〒{q.postal[:3]}-{q.postal[3:]}　{q.address}\n"
        f"代表電話 03-0{rng.randrange(1000):03d}-{rng.randrange(10_000):04d}"
        for q in _strangers(rng, 40)
    )


def parcels(rng: Random, people: Sequence[Person]) -> str:
    """Tracking numbers with the towns they passed."""
    return "\n".join(
        f"伝票番号 {rng.randrange(1000, 9999)}-{rng.randrange(1000, 9999)}-{rng.randrange(1000, 9999)} "
        f"{p.city}営業所を通過 11/{rng.randrange(1, 28)}"
        for p in rng.sample(list(people), 150)
    )


def mail_headers(rng: Random, _people: Sequence[Person]) -> str:
    """Headers of mails: hosts, ids, dates."""
    return "\n".join(
        f"Received: from mx{rng.randrange(9)}.host.example by in.host.example id {rng.getrandbits(60):x}; "
        f"{rng.randrange(1, 28)} Nov 2026 {rng.randrange(24):02d}:00:00 +0900\n"
        f"Message-ID: <{rng.getrandbits(80):x}@host.example>"
        for _ in range(150)
    )


def digits(rng: Random, _people: Sequence[Person]) -> str:
    """A grid of numbers of every length."""
    return "\n".join("\t".join(str(rng.randrange(10 ** rng.randrange(1, 12))) for _ in range(10)) for _ in range(300))


def commits(rng: Random, _people: Sequence[Person]) -> str:
    """A history of commits: hashes, authors, dates."""
    return "\n".join(
        f"commit {rng.getrandbits(160):040x}\nAuthor: {q.given_roman.title()} {q.family_roman.title()} "
        f"<dev{n}@project.example>\nDate:   2026-11-{rng.randrange(1, 28):02d} 10:00:00 +0900\n"
        for n, q in enumerate(_strangers(rng, 80))
    )


MORE_DECOYS: tuple[Decoy, ...] = (
    strangers_phones,
    whole_blocks,
    strangers_masked,
    strangers_weak,
    strangers_born,
    houses_resold,
    encyclopedia,
    roster,
    company_page,
    parcels,
    mail_headers,
    digits,
    commits,
)

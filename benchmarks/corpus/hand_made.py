"""Further ways of rewriting: labels, letters and notes that people type, and files that programs write less often."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from benchmarks.corpus import layouts, spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    People = Sequence[Person]
    Way = Callable[[Random, People], bytes | str]

_MARRIED = ("佐藤", "鈴木", "中村", "西野", "大谷")
SHARE_MARRIED = 0.3
_DAY_0 = date(1899, 12, 30)


def _blocks(block: Callable[[Person], str], between: str = "\n") -> Way:
    return lambda _rng, people: between.join(map(block, people))


def _latin(p: Person) -> tuple[str, str]:
    """Given name and surname in Latin letters."""
    return (p.given_roman.title(), p.family_roman.title()) if p.family_kana else (p.given, p.family)


def _label(p: Person) -> str:
    """As it is stuck on an envelope."""
    house = "-".join(map(str, p.house)) + "番地"
    if len(p.house) == len(("丁目", "番", "号")):
        house = "{}丁目{}番{}号".format(*p.house)
    room = f"　{p.building} {p.room}号" if p.room else ""
    return f"〒{p.postal[:3]}-{p.postal[3:]}\n{p.prefecture}{p.city}{p.town}\n　{house}{room}\n　　{p.spaced} 様\n"


def _form(p: Person) -> str:
    """A printed form: what is asked for, and below it what was answered."""
    return f"＜登録票＞\n氏名\n　{p.spaced}\n生年月日\n　{spellings.era_kanji(p)}\n連絡先\n　{p.phone}\n"


def _one_cell(p: Person) -> str:
    given, family = _latin(p)
    return f"{family.upper()}, {given} - {p.born.strftime('%d-%b-%Y')}"


def _initials(_rng: Random, people: People) -> str:
    rows = [
        {"name": f"{given[0]}. {family}", "phone": p.phone, "zip": p.postal}
        for p, (given, family) in zip(people, map(_latin, people), strict=True)
    ]
    return layouts.table(rows)


def _misread(rng: Random, people: People) -> str:
    """Digits read as letters, as scanners do."""
    rows = [
        {"氏名": p.name, "電話": p.phone.replace("0", rng.choice("0O")).replace("1", rng.choice("1lI"))} for p in people
    ]
    return layouts.table(rows)


def _married(rng: Random, people: People) -> str:
    """Some under another surname than the carrier knows."""
    rows = []
    for p in people:
        other = bool(p.family_kana) and rng.random() < SHARE_MARRIED
        name = rng.choice(_MARRIED) + p.given if other else p.name
        rows.append({"氏名": name, "電話": p.phone, "生年月日": p.born.isoformat()})
    return layouts.table(rows)


def _paragraphs(rng: Random, people: People) -> str:
    told = []
    for p in people:
        name = " ".join(_latin(p))
        told.append(
            rng.choice((
                f"{name} lives at {p.address}, cell {p.phone}.",
                f"Born {p.born.strftime('%d %B %Y')}, {name} can be reached at {p.email.replace('@', ' [at] ')}.",
                f"{name}: {spellings.abroad(p.phone)}, postcode {p.postal[:3]}-{p.postal[3:]}.",
            ))
        )  # fmt: skip
    return "Here is proof:\n\n" + "\n\n".join(told)


def _on_its_side(_rng: Random, people: People) -> str:
    rows = {"氏名": [p.name for p in people], "電話": [p.phone for p in people], "住所": [p.address for p in people]}
    return "\n".join("\t".join([name, *cells]) for name, cells in rows.items())


def _chat(rng: Random, people: People) -> str:
    lines = []
    for p in people:
        at = f"[2026/11/2{rng.randrange(9)} {rng.randrange(24):02d}:{rng.randrange(60):02d}]"
        lines += [f"{at} A: 次、{p.joined} {p.phone}", f"{at} B: {rng.choice(('了解', '住所は？', 'ok'))}"]
    return "\n".join(lines)


def _counted_days(_rng: Random, people: People) -> str:
    """Birth dates as a spreadsheet stores them."""
    return layouts.table([{"氏名": p.name, "生年月日": str((p.born - _DAY_0).days)} for p in people])


HAND_MADE: dict[str, Way] = {
    "born on day 31140": _counted_days,
    "address labels": _blocks(_label),
    "printed forms": _blocks(_form),
    "SURNAME, Given - 12-May-1985": _blocks(_one_cell),
    "initials + phone + postal code": _initials,
    "digits read as letters": _misread,
    "married since": _married,
    "hiragana, birth date beside it": _blocks(
        lambda p: f"{spellings.hiragana(p.kana).replace('　', '') or p.name}　{spellings.era_kanji(p)}生"
    ),
    "paragraphs in English": _paragraphs,
    "a table on its side": _on_its_side,
    "chat": _chat,
    "mails with あっと": _blocks(lambda p: p.email.replace("@", "あっと")),
    "houses in posts": _blocks(
        lambda p: f">>1\n{p.joined}\n{p.prefecture}{p.city}{p.town}{'-'.join(map(str, p.house))}", "\n\n"
    ),
    "toml": _blocks(lambda p: f'[[customer]]\nname = "{p.joined}"\ntel = "{p.phone}"\nborn = {p.born}\n'),
    "xml, one after the other": _blocks(
        lambda p: f"<Customer><Kanji>{p.name}</Kanji><Tel>{p.phone}</Tel><Zip>{p.postal}</Zip></Customer>", ""
    ),
    "log lines": _blocks(
        lambda p: f'Nov 23 10:00:00 app01 crm[811]: action=view user=op7 cust="{p.name}" tel={p.phone} ip=10.0.0.9'
    ),
}

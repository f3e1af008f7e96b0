"""The ways of rewriting: each takes people and gives a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.corpus import layouts, prose, spellings
from benchmarks.corpus.hand_made import HAND_MADE
from benchmarks.corpus.odd_ways import ODD_WAYS
from benchmarks.corpus.slips import SLIP_WAYS
from benchmarks.corpus.spellings import half_kana, hiragana, slip, wide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from benchmarks.corpus.people import Person

    People = Sequence[Person]
    Way = Callable[[Random, People], bytes | str]


def _dash(postal: str) -> str:
    return f"{postal[:3]}-{postal[3:]}"


def full(p: Person) -> dict[str, str]:
    """Every column, as the carrier has them."""
    return {
        "お客様番号": p.number,
        "氏名": p.name,
        "フリガナ": p.kana,
        "生年月日": p.born.isoformat(),
        "郵便番号": _dash(p.postal),
        "住所": p.address,
        "携帯電話番号": p.phone,
        "メールアドレス": p.email,
    }


def contact(p: Person) -> dict[str, str]:
    """Name, phone, mail, address."""
    return {"氏名": p.name, "電話番号": p.phone, "メール": p.email, "住所": p.address}


def _rows(columns: Callable[[Person], dict[str, str]], *, header: bool = True, delimiter: str = ",") -> Way:
    return lambda _rng, people: layouts.table([columns(p) for p in people], header=header, delimiter=delimiter)


def _laid(
    layout: Callable[[Sequence[dict[str, str]]], bytes | str], columns: Callable[[Person], dict[str, str]] = contact
) -> Way:
    return lambda _rng, people: layout([columns(p) for p in people])


def _as(encoding: str, way: Way) -> Way:
    def encode(rng: Random, people: People) -> bytes:
        text = way(rng, people)
        return text.encode(encoding, "replace") if isinstance(text, str) else text

    return encode


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _packed(pack: Callable[[bytes], bytes | str], way: Way) -> Way:
    return lambda rng, people: pack(_bytes(way(rng, people)))


def _shuffled(rng: Random, people: People) -> str:
    names = list(full(people[0]))
    rng.shuffle(names)
    return layouts.table([{name: full(p)[name] for name in names} for p in people])


def _holes(rng: Random, people: People) -> str:
    rows = []
    for p in people:  # two of what is left say who it is
        row = {k: v for k, v in full(p).items() if k not in {"お客様番号", "メールアドレス"}}
        kept = {"氏名", *rng.sample(["携帯電話番号", "生年月日", "住所", "郵便番号"], rng.randrange(1, 4))}
        rows.append({k: v if k in kept else "" for k, v in row.items()})
    return layouts.table(rows)


def _swapped(rng: Random, people: People) -> str:
    rows = []
    for p in people:
        row = contact(p)
        if rng.random() < 0.3:  # noqa: PLR2004
            row["電話番号"], row["メール"] = row["メール"], row["電話番号"]
        if rng.random() < 0.2:  # noqa: PLR2004
            row["氏名"], row["住所"] = row["住所"], row["氏名"]
        rows.append(row)
    return layouts.table(rows)


def _slips(rng: Random, people: People) -> str:
    return layouts.table(
        [{"氏名": spellings.slipped_name(rng, p), "電話番号": p.phone, "住所": p.address} for p in people]
    )


def _everything(rng: Random, people: People) -> bytes:
    """Several habits at once."""
    phone = rng.choice((spellings.lost_zero, spellings.abroad, spellings.bracketed, spellings.kanji_digits))
    born = rng.choice((spellings.era, spellings.era_kanji))
    rows = [
        {
            "生年": born(p),
            "tel": phone(p.phone),
            "名前": spellings.old_kanji(p.joined) + "様",
            "addr": spellings.short_address(p),
        }
        for p in people
    ]
    text = layouts.table(rows, delimiter=rng.choice(",\t|"), header=rng.choice((True, False)))
    return text.encode(rng.choice(("utf-8", "utf-16")))


def _strangers(rng: Random, people: People) -> str:
    """Every fourth row is of somebody else."""
    from benchmarks.corpus.people import make_people

    others = make_people(rng, max(1, len(people) // 4), prefix="Z")
    rows = [contact(p) for p in [*people, *others]]
    rng.shuffle(rows)
    return layouts.table(rows)


WAYS: dict[str, Way] = {
    "csv": _rows(full),
    "csv cp932": _as("cp932", _rows(full)),
    "csv euc-jp, no header": _as("euc_jp", _rows(full, header=False)),
    "tsv utf-16": _as("utf-16", _rows(full, delimiter="\t")),
    "csv iso-2022-jp": _as("iso2022_jp", _rows(contact)),
    "semicolons, quoted": lambda _, people: layouts.table([full(p) for p in people], delimiter=";", quoted=True),
    "pipes, no header": _rows(contact, header=False, delimiter="|"),
    "ragged with a title": _laid(layouts.ragged, lambda p: contact(p) | {"備考": ""}),
    "columns reordered": _shuffled,
    "xlsx": _laid(layouts.xlsx, full),
    "phone without zero": _rows(
        lambda p: {"name": p.name, "tel": spellings.lost_zero(p.phone), "zip": p.postal.lstrip("0")}
    ),
    "phone +81": _rows(lambda p: {"name": p.name, "phone": spellings.abroad(p.phone)}),
    "phone bracketed, wide": _rows(lambda p: {"氏名": p.name, "携帯": spellings.bracketed(p.phone)}),
    "phone in kanji digits": _rows(lambda p: {"氏名": p.name, "携帯": spellings.kanji_digits(p.phone)}),
    "phone spaced out": _rows(lambda p: {"氏名": p.name, "携帯": " ".join(p.phone.replace("-", ""))}),
    "phone 9.0E+09 exact": _rows(
        lambda p: {"氏名": p.name, "携帯": f"{int(spellings.lost_zero(p.phone)) / 1e9:.9f}E+09"}
    ),
    "mail upper case, wide": _rows(lambda p: {"氏名": p.family, "mail": wide(p.email.upper())}),
    "mail [at] (dot)": lambda _, people: "\n".join(p.email.replace("@", "[at]").replace(".", "(dot)") for p in people),
    "born in an era": _rows(lambda p: {"氏名": p.name, "生年月日": spellings.era(p)}),
    "born in an era, kanji": _rows(lambda p: {"氏名": p.name, "生年月日": spellings.era_kanji(p)}),
    "born yymmdd": _rows(lambda p: {"氏名": p.name, "誕生日": p.born.strftime("%y%m%d")}),
    "name + birth date": _rows(lambda p: {"氏名": p.name, "生年月日": p.born.strftime("%Y/%m/%d")}),
    "name + postal code": _rows(lambda p: {"氏名": p.name, "〒": p.postal}),
    "name + address": _rows(lambda p: {"名前": p.joined, "住所": p.address}, header=False),
    "kana + phone's last four": _rows(
        lambda p: {"カナ": p.kana or p.name, "下4桁": p.phone[-4:], "郵便番号": p.postal}
    ),
    "half-width kana + phone": _rows(lambda p: {"ｶﾅ": half_kana(p.kana) or p.name, "TEL": p.phone}),
    "hiragana + birth date": _rows(
        lambda p: {"よみ": hiragana(p.kana) or p.name, "生年月日": p.born.strftime("%Y%m%d")}
    ),
    "old kanji, 様": _rows(lambda p: {"宛名": spellings.old_kanji(p.joined) + " 様", "電話": p.phone}),
    "given name first": _rows(lambda p: {"name": f"{p.given} {p.family}", "phone": p.phone}),
    "romanised + phone": _rows(
        lambda p: {"name": f"{p.given_roman.title()} {p.family_roman.upper()}", "phone": p.phone}
    ),
    "name with a slip": _slips,
    "address with a slip + phone": lambda rng, people: layouts.table(
        [{"住所": slip(rng, p.address), "電話": p.phone} for p in people]
    ),
    "丁目番号, no prefecture": _rows(lambda p: {"氏名": p.name, "住所": spellings.chome(p, prefecture=False)}),
    "丁目 in kanji": _rows(lambda p: {"氏名": p.name, "住所": spellings.chome(p, kanji=True)}),
    "address short, room joined": _rows(lambda p: {"住所": spellings.short_address(p), "お名前": p.joined}),
    "name and address in parts": _rows(
        lambda p: {
            "姓": p.family,
            "名": p.given,
            "都道府県": p.prefecture,
            "市区町村": p.city + p.town,
            "番地": "-".join(map(str, p.house)),
            "建物名": p.building,
            "電話": p.phone,
        }
    ),
    "customer numbers alone": lambda _, people: "\n".join(p.number for p in people),
    "phone + birth date": _rows(lambda p: {"tel": p.phone.replace("-", ""), "生年月日": p.born.strftime("%Y.%m.%d")}),
    "masked phone": _rows(lambda p: {"氏名": p.name, "電話": spellings.masked_phone(p), "県": p.prefecture}),
    "masked phone, first half": _rows(lambda p: {"氏名": p.name, "電話": "***-****-" + p.phone[-4:]}),
    "masked name + phone": _rows(lambda p: {"氏名": spellings.masked_name(p), "電話": p.phone}),
    "masked mail, address cut": _rows(
        lambda p: {"氏名": p.name, "mail": spellings.masked_email(p), "住所": p.prefecture + p.city + p.town + "***"}
    ),
    "everything masked": _rows(
        lambda p: {
            "氏名": spellings.masked_name(p),
            "電話": spellings.masked_phone(p),
            "mail": spellings.masked_email(p),
            "住所": p.prefecture + p.city + p.town,
            "生年月日": p.born.isoformat(),
        }
    ),
    "fields missing": _holes,
    "fields swapped": _swapped,
    "some strangers": _strangers,
    "several habits": _everything,
    "json lines": _laid(layouts.json_lines, full),
    "json nested, escaped": _laid(layouts.json_nested),
    "sql insert": _laid(layouts.insert),
    "sql insert each, no names": _laid(layouts.insert_each),
    "postgresql copy": _laid(layouts.copy),
    "key: value": _laid(layouts.blocks),
    "key=value, ruled": lambda _, people: layouts.blocks([contact(p) for p in people], sign="=", between="\n-----\n"),
    "one field a line": _laid(layouts.field_lines),
    "vcard": _laid(layouts.vcards),
    "html table": _laid(layouts.html_table),
    "html post": lambda rng, people: layouts.html_page(prose.several(rng, people)),
    "print_r": _laid(layouts.prints),
    "python list": _laid(layouts.python_prints),
    "markdown table": _laid(layouts.markdown),
    "aligned with blanks": _laid(layouts.aligned),
    "run together": _laid(
        layouts.run_together, lambda p: {"n": p.joined, "t": p.phone, "a": p.prefecture + p.city + p.town}
    ),
    "mail:password": lambda rng, people: "\n".join(f"{p.email}:{rng.randbytes(5).hex()}" for p in people),
    "zip": _packed(layouts.zipped, _as("cp932", _rows(full))),
    "zip in zip": _packed(lambda b: layouts.zipped(layouts.zipped(b), "inner.zip"), _rows(contact)),
    "tar.gz": _packed(layouts.tarred, _rows(contact, delimiter="\t")),
    "gz": _packed(layouts.gzipped, _rows(contact)),
    "xz": _packed(layouts.xzipped, _rows(contact)),
    "base64": _packed(layouts.encoded, _rows(contact)),
    "post about one": lambda rng, people: prose.one(rng, people[0]),
    "post about several": prose.several,
    "post without numbers": prose.weak,
    "post, quoted": lambda rng, people: prose.quoted(prose.several(rng, people)),
    "post in one breath": prose.one_line,
    **ODD_WAYS,
    **SLIP_WAYS,
    **HAND_MADE,
}
ABOUT_ONE = frozenset({"post about one"})

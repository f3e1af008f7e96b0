"""Templates: what one document's records consist of and how they are written, drawn anew for each document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.random_layouts import fields as spelled
from benchmarks.random_layouts.wrappers import LABELLED, MARKUP, SEPARATORS, WITH_LABELS, WITH_SEPARATOR, WRAPPERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from benchmarks.random_layouts.customers import Subscriber
    from benchmarks.random_layouts.fields import Write

ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom", "cp932", "cp932", "euc_jp", "iso2022_jp")
NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
BEFORE = (
    "",
    "",
    "お世話になっております。下記のとおり名簿を送付いたします。ご確認のほどよろしくお願いいたします。",
    "【流出】某通信会社の顧客データ、一部だけ晒す。続きは有料。",
    "[SELL] JP telecom DB 5.9M - sample below, price in PM",
    "名無しさん：2023/04/01(土) 12:34:56 ID:abcd1234\nこれマジ？",
    "> 引用\n> 昨日のスレより",
    "# 一覧\n更新日 2023-04-01 担当: 総務",
)
AFTER = ("", "", "全部で120万件", "http://files.example/dump.zip", "以上です。よろしくお願いします。", "続きはまた明日")
ANCHORS: Sequence[tuple[str, ...]] = (
    ("phone",),
    ("phone",),
    ("phone",),
    ("mail",),
    ("mail",),
    ("number",),
    ("number",),
    ("phone", "mail"),
    ("phone", "number"),
    ("name", "address"),
    ("name", "address"),
    ("name", "birth"),
    ("kana", "address"),
    ("kana", "birth"),
    ("name", "postal"),
)
"""What each record of a document can be told by; phones, mail addresses and customer numbers are whole."""
WHOLE: Mapping[str, Mapping[str, Write]] = {
    "phone": spelled.PHONES,
    "mail": spelled.MAILS,
    "number": spelled.NUMBERS,
    "name": spelled.NAMES,
    "kana": spelled.KANAS,
    "birth": spelled.BIRTHS,
    "address": spelled.ADDRESSES,
    "postal": spelled.POSTALS,
}
BESIDE: Mapping[str, Mapping[str, Write]] = {
    "name": {**spelled.NAMES, **spelled.SURNAMES},
    "kana": spelled.KANAS,
    "birth": spelled.BIRTHS,
    "address": {**spelled.ADDRESSES, **spelled.TOWNS},
    "postal": {**spelled.POSTALS, **spelled.MASKED_POSTALS},
    "landline": spelled.LANDLINES,
    "plan": spelled.PLANS,
    "note": spelled.REMARKS,
    "mail": spelled.MASKED_MAILS,
    "phone": spelled.MASKED_PHONES,
}
SIZES = (5, 8, 12, 12, 20, 40)
MOST_BESIDE = 4


@dataclass(frozen=True, slots=True)
class Template:
    """How one document is written.

    Attributes:
        anchors: The fields that tell its people.
        fields: All fields in their order, each with the spelling's name and what writes it.
        labels: One for each field.
        label_style: How a label stands beside its cell.
        separator: What stands between the cells of a line.
        wrapper: What the records are wrapped in.
        encoding: Of the bytes.
        newline: Of its lines.
        around: What stands before and after.
        size: How many people it tells of.
    """

    anchors: tuple[str, ...]
    fields: tuple[tuple[str, str, Write], ...]
    labels: tuple[str, ...]
    label_style: str
    separator: str
    wrapper: str
    encoding: str
    newline: str
    around: tuple[str, str]
    size: int

    def elements(self) -> Iterator[str]:
        """Every choice that shows in the document."""
        yield f"wrapper {self.wrapper}"
        yield f"encoding {self.encoding}"
        yield f"newline {self.newline}"
        yield "anchors " + "+".join(self.anchors)
        if self.wrapper in WITH_SEPARATOR:
            yield f"separator {self.separator}"
        if self.wrapper in WITH_LABELS:
            yield f"label {self.label_style}"
        for field, spelling, _ in self.fields:
            yield f"{field} {spelling}"

    def write(self, rng: Random, people: Sequence[Subscriber]) -> bytes:
        """The document about these people."""
        rows = [[write(rng, one) for _, _, write in self.fields] for one in people]
        body = WRAPPERS[self.wrapper](rng, self, rows)
        if self.wrapper not in MARKUP:
            body = "\n".join(filter(None, (self.around[0], body, self.around[1])))
        text = body.replace("\n", NEWLINES[self.newline])
        if self.encoding == "utf-16-be-bom":
            return ("\ufeff" + text).encode("utf-16-be")
        written = text.encode(self.encoding, "replace")
        return written if written.count(b"?") - text.count("?") <= _lost(text) else text.encode()

    def told(self, people: Sequence[Subscriber], everybody: Mapping[str, Counter[tuple[object, ...]]]) -> set[str]:
        """The numbers of those whom nobody else could be taken for."""
        kind = "+".join(self.anchors)
        needs_kana = "kana" in self.anchors or any("roman" in way.lower() for _, way, _ in self.fields)
        written = (one for one in people if one.person.kana or not needs_kana)
        return {
            one.person.number for one in written if kind not in everybody or everybody[kind][_known(kind, one)] == 1
        }


def _lost(text: str) -> int:
    """Dashes, which old encodings of Japanese lack: a question mark in their place is what people post."""
    return sum(text.count(dash) for dash in "－—―‐–")


def draw_template(rng: Random) -> Template:
    """A layout nobody has seen before."""
    anchors = rng.choice(ANCHORS)
    chosen = [_draw(rng, field, WHOLE[field]) for field in anchors]
    others = [field for field in BESIDE if field not in anchors]
    weak = set(anchors) <= {"name", "kana", "address", "birth", "postal"}
    beside = rng.sample(others, rng.randint(0 if weak else 1, MOST_BESIDE))
    chosen += [_draw(rng, field, BESIDE[field]) for field in beside]
    rng.shuffle(chosen)
    wrapper = rng.choice(tuple(WRAPPERS))
    separator = rng.choice(tuple(SEPARATORS))
    style = rng.choice(tuple(LABELLED)) if rng.random() < 0.7 else "none"  # noqa: PLR2004  # most have labels
    return Template(
        anchors, tuple(chosen), tuple(rng.choice(spelled.LABELS[field]) for field, _, _ in chosen), style, separator,
        wrapper, rng.choice(ENCODINGS), rng.choice(("lf", "lf", "lf", "crlf", "cr")),
        (rng.choice(BEFORE), rng.choice(AFTER)), rng.choice(SIZES),
    )  # fmt: skip


def _draw(rng: Random, field: str, ways: Mapping[str, Write]) -> tuple[str, str, Write]:
    way = rng.choice(tuple(ways))
    return field, way, ways[way]


def are_strangers(people: Sequence[Subscriber], ours: Sequence[Subscriber]) -> list[Subscriber]:
    """Those who share neither house nor name and birth date with a customer: nobody could tell those apart."""
    homes = {(one.person.postal, one.person.family_roman) for one in ours}
    born = {_known("name+birth", one) for one in ours}
    return [
        one for one in people
        if (one.person.postal, one.person.family_roman) not in homes and _known("name+birth", one) not in born
    ]  # fmt: skip


def count_alike(people: Sequence[Subscriber]) -> dict[str, Counter[tuple[object, ...]]]:
    """How many share what documents without a number tell of somebody."""
    kinds = {"+".join(anchors) for anchors in ANCHORS if anchors[0] in {"name", "kana"}}
    return {kind: Counter(_known(kind, one) for one in people) for kind in kinds}


def _known(kind: str, one: Subscriber) -> tuple[object, ...]:
    p = one.person
    name = tuple(sorted((p.family_roman, p.given_roman)))
    beside = {"address": (p.city, p.town, p.house), "birth": p.born, "postal": p.postal}
    return (name, beside[kind.partition("+")[2]])

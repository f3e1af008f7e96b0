"""Made-up dumps in many formats: some people of the small carrier among strangers, whose every value is known."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.small_carrier import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Person = tuple[str, str, str, str]
"""Name, phone, mail address, address."""
FAMILY = [
    "甘草", "苺谷", "卯花", "榎戸", "大蓮", "楓川", "桔梗", "胡桃沢", "桜葉",
    "鈴蘭", "立葵", "椿原", "撫子", "芭蕉", "向日", "藤袴",
]  # fmt: skip
GIVEN = [
    "一葉", "次苑", "三菜", "史花", "梧桐", "睦月", "菜々", "八雲", "九華",
    "十和",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump.

    Attributes:
        name: Of its file.
        content: Its bytes.
        strangers: Values that must be nowhere afterwards.
        ours: Values that stay.
    """

    name: str
    content: bytes
    strangers: tuple[str, ...]
    ours: tuple[str, ...]


def seeded(seed: int | str) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(seed)  # noqa: S311  # nothing depends on it


def make_dump(rng: random.Random, form: str, *, strangers: int = 30, ours: int = 4) -> Dump:
    """A dump of that form, in an order that chance decides."""
    known = [(one[1], one[6], one[7], one[5]) for one in rng.sample(PEOPLE, ours)]
    strange = [_stranger(rng, number) for number in range(strangers)]
    rows = [*known, *strange]
    rng.shuffle(rows)
    values = tuple(value for one in strange for value in (one[1], one[2]))
    return Dump(f"dump-{rng.randrange(10**6)}{ENDINGS[form]}", FORMS[form](rows), values, tuple(p[1] for p in known))


def _stranger(rng: random.Random, number: int) -> Person:
    name = f"{rng.choice(FAMILY)} {rng.choice(GIVEN)}"
    phone = f"080-9{rng.randrange(1000):03d}-{rng.randrange(10_000):04d}"
    where = f"大阪府枚方市架空町{rng.randrange(1, 99)}-{rng.randrange(1, 99)}"
    return name, phone, f"fremd{number}x{rng.randrange(10**6)}@elsewhere.example", where


def _delimited(rows: Sequence[Person], sign: str, *, header: bool = True) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign)
    if header:
        writer.writerow(("氏名", "電話番号", "メールアドレス", "住所"))
    writer.writerows(rows)
    return out.getvalue().encode()


def _json(rows: Sequence[Person]) -> list[str]:
    names = ("name", "tel", "mail", "address")
    return [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]


def _tuples(rows: Sequence[Person]) -> list[str]:
    return ["(" + ",".join(f"'{value}'" for value in row) + ")" for row in rows]


def _sql(rows: Sequence[Person], between: str) -> bytes:
    begin = "INSERT INTO customers (name, tel, mail, address) VALUES "
    return f"{begin}{between.join(_tuples(rows))};\n".encode()


def _html(rows: Sequence[Person]) -> bytes:
    lines = ["<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in rows]
    return ("<html><body><table>" + "".join(lines) + "</table></body></html>").encode()


def _zipped(rows: Sequence[Person]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customers.csv", _delimited(rows, ","))
    return out.getvalue()


FORMS: dict[str, Callable[[Sequence[Person]], bytes]] = {
    "csv": lambda rows: _delimited(rows, ","),
    "bare-csv": lambda rows: _delimited(rows, ",", header=False),
    "cp932-csv": lambda rows: _delimited(rows, ",").decode().encode("cp932"),
    "tsv": lambda rows: _delimited(rows, "\t"),
    "text": lambda rows: "\n".join(" ".join(row) for row in rows).encode(),
    "json-lines": lambda rows: "\n".join(_json(rows)).encode(),
    "json": lambda rows: f"[{','.join(_json(rows))}]".encode(),
    "sql": lambda rows: _sql(rows, ","),
    "sql-lines": lambda rows: _sql(rows, ",\n"),
    "html": _html,
    "zip": _zipped,
}
ENDINGS = {
    "csv": ".csv", "bare-csv": ".csv", "cp932-csv": ".csv", "tsv": ".tsv", "text": ".txt", "json-lines": ".jsonl",
    "json": ".json", "sql": ".sql", "sql-lines": ".sql", "html": ".html", "zip": ".zip",
}  # fmt: skip

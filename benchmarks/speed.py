"""Speed: how fast clean text is scanned, beside a plain search for phones and mail addresses in the same run.

python -m benchmarks speed [--mb 8] [--customers 2000] [--rows 20000] [--check]
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus.people import make_people
from benchmarks.corpus.ways import WAYS
from benchmarks.quality import enrol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.corpus.people import Person
    from benchmarks.quality import Enrolled

MB = 1_000_000
BUDGET_MB_S, BUDGET_PASTE_S = 20.0, 1.0
BUDGET_ROWS_S = 5_960_000 / 180 / 2  # rows a second and core, for a dump of 5.96 million rows in 3 minutes
PASTE_ROWS = 100
_BASELINE = re.compile(r"0\d{1,3}-\d{2,4}-\d{4}|[\w.+-]+@[\w-]+\.[\w.-]+")
_WORDS = [
    "今日",
    "は",
    "朝",
    "から",
    "雨",
    "が",
    "降って",
    "いた",
    "ので",
    "駅",
    "まで",
    "歩かず",
    "に",
    "バス",
    "を",
    "使った",
    "。",
    "会議",
    "では",
    "来月",
    "の",
    "計画",
    "について",
    "話し合い",
    "、",
    "資料",
    "を",
    "作り直す",
    "こと",
    "に",
    "なった",
    "。",
    "新しい",
    "端末",
    "の",
    "発売",
    "日",
    "が",
    "近づき",
    "店頭",
    "には",
    "多く",
    "の",
    "人",
    "が",
    "並んで",
    "いる",
    "。",
    "市",
    "の",
    "担当者",
    "は",
    "調査",
    "を",
    "続ける",
    "と",
    "述べた",
    "。",
    "交通",
    "機関",
    "は",
    "平常",
    "どおり",
    "運行",
    "して",
    "いる",
    "。",
]
_SPICE = (
    "2026年11月22日",
    "午前10時30分",
    "第12回",
    "3,980円",
    "約1500人",
    "v2.1.0",
    "https://news.example/a/20261122",
    "東京都千代田区",
    "その後",
)


def clean_text(rng: random.Random, size_bytes: int) -> bytes:
    """Japanese prose, a number or a date every few sentences, nobody in it."""
    parts: list[str] = []
    size = 0
    while size < size_bytes:
        words = [rng.choice(_WORDS) for _ in range(rng.randrange(20, 60))]
        if rng.random() < 0.3:  # noqa: PLR2004  # of the paragraphs
            words.insert(5, rng.choice(_SPICE))
        parts.append("".join(words) + "\n")
        size += 3 * len(parts[-1])
    return "".join(parts).encode()


def log_text(rng: random.Random, size_bytes: int) -> bytes:
    """A server's log: as full of numbers as clean text gets."""
    lines = size_bytes // 90
    return "\n".join(
        f"10.0.{rng.randrange(256)}.{n % 256} - - [22/Nov/2026:10:00:{n % 60:02d} +0900] "
        f'"GET /item/{rng.randrange(10**9)} HTTP/1.1" 200 {n % 9999}'
        for n in range(lines)
    ).encode()


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare(enrolled: Enrolled, name: str, content: bytes) -> float:
    """MB/s of the matcher on a text, printed beside the baseline's."""
    baseline = len(content) / MB / timed(lambda: _BASELINE.findall(content.decode()))
    ours = len(content) / MB / timed(lambda: enrolled.match(content))
    print(f"{name:24} {ours:8.1f} MB/s   plain re {baseline:8.1f} MB/s   ratio {ours / baseline:6.2f}")
    return ours


def dump(enrolled: Enrolled, people: Sequence[Person], rows: int) -> float:
    """Rows a second over a CP932 table in which every row is ours."""
    rng = random.Random(3)
    content = WAYS["csv cp932"](rng, [people[n % len(people)] for n in range(rows)])
    spent = timed(lambda: enrolled.match(content))
    print(f"{'a dump, all ours':24} {rows / spent:8.0f} rows/s a core   budget {BUDGET_ROWS_S:.0f}")
    return rows / spent


def main(argv: Sequence[str]) -> int:
    """Print the figures; with ``--check``, fail below the budgets."""
    parser = argparse.ArgumentParser(prog="speed", description=__doc__)
    parser.add_argument("--mb", type=float, default=8)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        people = make_people(rng, options.customers)
        enrolled = enrol(Path(folder), people)
        paste = WAYS["csv"](rng, people[:PASTE_ROWS])
        cold = timed(lambda: enrolled.match(paste))
        size = int(options.mb * MB)
        clean = compare(enrolled, "clean prose", clean_text(rng, size))
        compare(enrolled, "a server's log", log_text(rng, size // 4))
        warm = timed(lambda: enrolled.match(paste))
        print(f"{'a paste of 100 rows':24} {cold:8.3f} s, first in its process   {warm:.3f} s after that")
        rows = dump(enrolled, people, options.rows)
    met = clean >= BUDGET_MB_S and cold <= BUDGET_PASTE_S and rows >= BUDGET_ROWS_S
    print("every budget is met" if met else "a budget is missed")
    return int(options.check and not met)


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))

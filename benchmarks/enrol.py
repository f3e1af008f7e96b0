"""Enrolment: rows a second, bytes a customer and peak memory, beside plain keyed hashing of the same values.

python -m benchmarks enrol [ROWS]        default 100,000; the budget is 10 million in 10 minutes and 2 GiB
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 100_000
BUDGET_ROWS, BUDGET_S, BUDGET_MIB, BUDGET_BYTES = 10_000_000, 600, 2048, 400
LOOKUPS = 1_000_000
ROOMED = 0.4  # share of addresses with a room
HEADER = (
    "お客様番号",
    "氏名",
    "フリガナ",
    "生年月日",
    "郵便番号",
    "住所",
    "携帯電話番号",
    "メールアドレス",
    "契約プラン",
)
FAMILY = (
    "架空|カクウ 仮名|カメイ 例山|レイヤマ 試川|タメシガワ 見本|ミモト 模擬|モギ 虚田|ウツロダ 偽森|ニセモリ "
    "想定|ソウテイ 仮置|カリオキ 標本|ヒョウホン 雛形|ヒナガタ 作例|サクレイ 空想|クウソウ "
    "範例|ハンレイ 写例|シャレイ 試案|シアン"
)
GIVEN = (
    "一郎|イチロウ 二葉|フタバ 三奈|ミナ 四郎|シロウ 五月|サツキ 六花|リッカ 七海|ナナミ 八重|ヤエ 十和|トワ 百合|ユリ "
    "千尋|チヒロ 万里|マリ 太一|タイチ 花枝|ハナエ 健|ケン 翔太|ショウタ 美咲|ミサキ 陽子|ヨウコ 大輔|ダイスケ"
)
FAMILIES, GIVENS = ([pair.split("|") for pair in words.split()] for words in (FAMILY, GIVEN))
WARDS, PLACES = ("架空", "仮名", "例山", "見本"), ("本町", "千代田", "霞が関", "旭ケ丘", "南の里")
TOWNS = [f"東京都{ward}区{place}" for ward in WARDS for place in PLACES]
EXTRA = "".join(bytes((0xB0 + row, cell)).decode("euc_jp") for row in range(6) for cell in range(0xA1, 0xFE))
"""One more character of the given name makes full names as rare as they are."""


def write_customers(path: Path, rows: int) -> None:
    """A made-up carrier's customers, nine columns, CP932."""
    draw = random.Random(20261122)
    with path.open("w", encoding="cp932", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(rows):
            out.writerow(_customer(draw, number))


def _customer(draw: random.Random, number: int) -> tuple[str, ...]:
    (family, family_kana), (given, given_kana) = draw.choice(FAMILIES), draw.choice(GIVENS)
    extra = EXTRA[draw.randrange(len(EXTRA))]
    town = TOWNS[draw.randrange(len(TOWNS))]
    house = f"{draw.randrange(1, 9)}丁目{draw.randrange(1, 40)}番{draw.randrange(1, 30)}号"
    room = f" メゾン架空{draw.randrange(101, 909)}号室" if draw.random() < ROOMED else ""
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(24_000))
    return (
        f"K{number:08d}",
        f"{family}　{given}{extra}",
        f"{family_kana} {given_kana}",
        born.isoformat(),
        f"{draw.randrange(1_000_000, 9_999_999):07d}",
        town + house + room,
        f"090-{number // 10_000:04d}-{number % 10_000:04d}",
        f"user{number}@carrier.example",
        "架空プラン",
    )


def hash_plainly(path: Path) -> float:
    """Rows a second of the baseline: read the file and hash every cell of every row under a key, nothing else."""
    started = time.perf_counter()
    rows = 0
    with path.open(encoding="cp932", newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                hashlib.blake2b(cell.encode(), key=b"k" * 32, digest_size=8).digest()
            rows += 1
    return rows / (time.perf_counter() - started)


def enrol(home: Path, path: Path) -> dict[str, float]:
    """Enrol through the real command; its last line of output."""
    command = [sys.executable, "-m", "cli", "--home", str(home)]
    subprocess.run([*command, "init"], check=True, capture_output=True)  # noqa: S603  # our own command
    done = subprocess.run(  # noqa: S603  # our own command
        [*command, "enroll", str(path), "--extract", "bench", "--as-of", "2026-04-01", "--json"],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def look_up(home: Path) -> tuple[float, float]:
    """Lookups a second in one batch: strangers, and digests that are there."""
    from core.settings import load_settings
    from fingerprints.index import Index
    from fingerprints.keys import load_key

    settings = load_settings(home)
    index = Index.open(settings.index_dir, load_key(settings.key, home))
    draw = np.random.default_rng(1)
    strangers = draw.integers(1, 1 << 63, LOOKUPS, np.uint64)
    from fingerprints.digests import code_of, codes

    table = index.segments[0].digests
    some = draw.choice(table.size, min(table.size, 40 * LOOKUPS))
    known = np.asarray(table[some])
    known = known[code_of(known) == codes()["phone"]][:LOOKUPS]
    rates = []
    for digests in (strangers, known):
        index.lookup(digests[:1000])
        started = time.perf_counter()
        index.lookup(digests)
        rates.append(LOOKUPS / (time.perf_counter() - started))
    return rates[0], rates[1]


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print its figures; 1 when a budget is broken at this size."""
    parser = argparse.ArgumentParser(prog="bench enrol", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    rows = parser.parse_args(argv).rows
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        path = work / "customers.csv"
        write_customers(path, rows)
        plain = hash_plainly(path)
        result = enrol(work / "home", path)
        strangers, known = look_up(work / "home")
    rate = rows / result["seconds"]
    estimate = BUDGET_ROWS / rate
    print(f"enrol      {rows} rows × {len(HEADER)} columns in {result['seconds']:.1f} s: {rate:.0f} rows/s")
    print(
        f"baseline   keyed hashing of every cell, one core: {plain:.0f} rows/s; enrolment is {rate / plain:.2f} of it"
    )
    print(f"estimate   {BUDGET_ROWS} rows: {estimate:.0f} s (budget {BUDGET_S} s)")
    print(f"index      {result['bytes_per_subject']:.0f} bytes a customer (budget {BUDGET_BYTES})")
    print(f"memory     {result['peak_mib']:.0f} MiB at most, helpers included (budget {BUDGET_MIB})")
    print(f"lookup     {strangers / 1e6:.1f} million/s strangers, {known / 1e6:.1f} million/s hits, in one batch")
    kept = estimate <= BUDGET_S and result["bytes_per_subject"] <= BUDGET_BYTES and result["peak_mib"] <= BUDGET_MIB
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

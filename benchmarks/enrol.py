"""Enrolment: rows a second, bytes a customer and peak memory, beside plain keyed hashing of the same values.

python -m benchmarks enrol [ROWS] [--changed SHARE] [--folder DIR]

Default 100,000 rows; the budget is 10 million in 210 seconds and 2 GiB, and in 90 seconds a month later. The list is
then enrolled again as of a month later with a share of its phones changed (default 1 %), looked up in, and compacted.
``--folder`` keeps file and index.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

ROWS = 100_000
BUDGET_ROWS, BUDGET_S, BUDGET_MIB, BUDGET_BYTES = 10_000_000, 210, 2048, 400
AGAIN_S = 90
"""For the same rows with few of them changed."""
LOOKUPS = 1_000_000
BASELINE_ROWS = 500_000
MIB = 1 << 20
CORES = 2
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


def write_later(path: Path, later: Path, changed: float) -> None:
    """The same customers a month later: some have another phone, spread evenly over the file."""
    step = max(int(1 / changed), 1)
    with path.open(encoding="cp932", newline="") as before, later.open("w", encoding="cp932", newline="") as after:
        out = csv.writer(after)
        for number, row in enumerate(csv.reader(before)):
            if number % step == 1:
                row[6] = f"080{row[6][3:]}"
            out.writerow(row)


def hash_plainly(path: Path) -> float:
    """Rows a second of the baseline: read the file and hash every cell of every row under a key, nothing else."""
    started = time.perf_counter()
    rows = 0
    with path.open(encoding="cp932", newline="") as file:
        for row in itertools.islice(csv.reader(file), BASELINE_ROWS):
            for cell in row:
                hashlib.blake2b(cell.encode(), key=b"k" * 32, digest_size=8).digest()
            rows += 1
    return rows / (time.perf_counter() - started)


def sort_plainly(path: Path) -> float | None:
    """Seconds in which the system's `sort` orders the lines of the file as bytes, on both cores; None without one."""
    program = shutil.which("sort")
    if program is None:
        return None
    command = [program, f"--parallel={CORES}", "--buffer-size=1G", "-o", str(path.with_suffix(".sorted")), str(path)]
    started = time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C"})  # noqa: S603  # the system's own
    seconds = time.perf_counter() - started
    path.with_suffix(".sorted").unlink()
    return seconds


def hinomi(home: Path, *arguments: str) -> dict[str, float]:
    """Run the real command; its last line of output as JSON, if it has one."""
    command = [sys.executable, "-m", "cli", "--home", str(home), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own command
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    result: dict[str, float] = json.loads(lines[-1]) if lines else {}
    return result


def enrol(home: Path, path: Path, day: str) -> dict[str, float]:
    """Enrol as of a day; what the command says, and the processor time that it and its helpers took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = hinomi(home, "enroll", str(path), "--extract", "bench", "--as-of", day, "--json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**result, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def look_up(home: Path) -> tuple[float, float]:
    """Lookups a second in one batch: strangers, and digests that are there."""
    from core.settings import load_settings
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import code_of, codes
    from fingerprints.secrets.keys import load_key

    settings = load_settings(home)
    index = Index.open(settings.index_dir, load_key(settings.key, home))
    draw = np.random.default_rng(1)
    strangers = draw.integers(1, 1 << 63, LOOKUPS, np.uint64)
    table = index.segments[0].digests
    known = np.asarray(table[draw.choice(table.size, min(table.size, 40 * LOOKUPS))])
    known = known[code_of(known) == codes()["phone"]][:LOOKUPS]
    return rate_of(index.lookup, strangers), rate_of(index.lookup, known)


def rate_of(look: Callable[[NDArray[np.uint64]], object], digests: NDArray[np.uint64]) -> float:
    """Digests a second, the files being in memory."""
    look(digests)
    started = time.perf_counter()
    look(digests)
    return digests.size / (time.perf_counter() - started)


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print its figures; 1 when a budget is broken at this size."""
    parser = argparse.ArgumentParser(prog="bench enrol", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("--changed", type=float, default=0.01)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        work = chosen.folder or Path(folder)
        work.mkdir(exist_ok=True)
        return run(work, chosen.rows, chosen.changed)


def run(work: Path, rows: int, changed: float) -> int:
    """Both enrolments, the lookups and the compaction, in one folder."""
    path, later, home = work / "customers.csv", work / "later.csv", work / "home"
    if not path.exists():
        write_customers(path, rows)
    plain, lines = hash_plainly(path), sort_plainly(path)
    hinomi(home, "init")
    first = enrol(home, path, "2026-04-01")
    show_first(rows, first, plain)
    if lines is not None:
        print(
            f"           sort orders its lines in {lines:.2f} s, both cores; "
            f"enrolment takes {first['seconds'] / lines:.1f} times that"
        )
    print_lookups("one segment", look_up(home))
    write_later(path, later, changed)
    again = enrol(home, later, "2026-05-01")
    print(
        f"delta      {changed:.1%} of the rows changed: {again['seconds']:.1f} s, of which comparing and writing took "
        f"{again['write_seconds']:.1f} s (first time {first['write_seconds']:.1f} s); processor {again['cpu']:.1f} s "
        f"(first time {first['cpu']:.1f} s); at this rate {BUDGET_ROWS} rows take "
        f"{again['seconds'] / rows * BUDGET_ROWS:.0f} s (budget {AGAIN_S} s)"
    )
    print(
        f"written    {again['written_bytes'] / MIB:.1f} MiB (first time {first['written_bytes'] / MIB:.1f} MiB): "
        f"{again['written_bytes'] / first['written_bytes']:.2%}; {again['changed']:.0f} customers changed"
    )
    print_lookups("two segments", look_up(home))
    started = time.perf_counter()
    done = hinomi(home, "index", "compact", "--json")
    print(f"compact    {done['before']:.0f} segments into {done['after']:.0f}: {time.perf_counter() - started:.1f} s")
    print_lookups("compacted", look_up(home))
    kept = rows / first["seconds"] >= BUDGET_ROWS / BUDGET_S
    return 0 if kept and first["bytes_per_subject"] <= BUDGET_BYTES and first["peak_mib"] <= BUDGET_MIB else 1


def show_first(rows: int, result: dict[str, float], plain: float) -> None:
    """The figures of the first enrolment, beside those of the baseline and the budgets."""
    rate = rows / result["seconds"]
    print(f"enrol      {rows} rows × {len(HEADER)} columns in {result['seconds']:.1f} s: {rate:.0f} rows/s")
    reading = result["seconds"] - result["write_seconds"]
    print(f"phases     reading {reading:.1f} s, comparing and writing {result['write_seconds']:.1f} s")
    print(
        f"processor  {result['cpu']:.1f} s: {result['cpu'] / rows * 1e6:.1f} µs a row, on {CORES} free cores "
        f"{CORES * rows / result['cpu']:.0f} rows/s at most"
    )
    print(
        f"baseline   keyed hashing of every cell, one core: {plain:.0f} rows/s; enrolment is {rate / plain:.2f} of it"
    )
    print(f"estimate   {BUDGET_ROWS} rows: {BUDGET_ROWS / rate:.0f} s (budget {BUDGET_S} s)")
    print(f"index      {result['bytes_per_subject']:.0f} bytes a customer (budget {BUDGET_BYTES})")
    print(f"memory     {result['peak_mib']:.0f} MiB at most, helpers included (budget {BUDGET_MIB})", flush=True)


def print_lookups(state: str, rates: tuple[float, float]) -> None:
    """Lookups a second in one state of the index."""
    strangers, known = (rate / 1e6 for rate in rates)
    print(
        f"lookup     {state}: {strangers:.1f} million/s strangers, {known:.1f} million/s hits, in one batch", flush=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

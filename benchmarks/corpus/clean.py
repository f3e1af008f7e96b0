"""Texts in which there is no customer: what almost everything that a monitor reads is."""

from __future__ import annotations

import argparse
import csv
import inspect
import json
import statistics
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_WORDS: Final = [
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
_ENGLISH: Final = (
    "the meeting at noon was about a plan for new phones and what people look at in a shop near the station"
)
_SPICE: Final = (
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


def japanese_prose(rng: random.Random, size_bytes: int) -> bytes:
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


def server_log(rng: random.Random, size_bytes: int) -> bytes:
    """A web server's log: as full of numbers as clean text gets."""
    return "\n".join(
        f"10.0.{rng.randrange(256)}.{n % 256} - - [22/Nov/2026:10:00:{n % 60:02d} +0900] "
        f'"GET /item/{rng.randrange(10**9)} HTTP/1.1" 200 {n % 9999}'
        for n in range(size_bytes // 90)
    ).encode()


def program_log(rng: random.Random, size_bytes: int) -> bytes:
    """A program's log: ISO times, milliseconds since 1970, identifiers in hexadecimal."""
    return "\n".join(
        f"2026-11-22T10:{n // 60 % 60:02d}:{n % 60:02d}.{n % 1000:03d}Z INFO worker-{n % 16} "
        f"order {rng.randrange(10**8)} took {rng.random() * 900:.3f} ms "
        f"id={rng.getrandbits(128):032x} at={1_763_000_000_000 + n * 37}"
        for n in range(size_bytes // 140)
    ).encode()


def english_prose(rng: random.Random, size_bytes: int) -> bytes:
    """Sentences in English, a number at times."""
    words = _ENGLISH.split()
    lines = []
    for _ in range(size_bytes // 80):
        line = [rng.choice(words) for _ in range(15)]
        line[7:8] = [str(rng.randrange(3000))] if rng.random() < 0.2 else []  # noqa: PLR2004  # of the lines
        lines.append(" ".join(line).capitalize() + ".")
    return "\n".join(lines).encode()


def source_code(rng: random.Random, size_bytes: int) -> bytes:
    """Modules of Python's own library, over and over."""
    modules = [inspect.getsource(module) for module in (argparse, csv, inspect, statistics)]
    whole = "\n".join(modules)
    start = rng.randrange(len(whole))
    return (whole[start:] + whole * (size_bytes // len(whole))).encode()[:size_bytes]


def table_of_numbers(rng: random.Random, size_bytes: int) -> bytes:
    """Measurements as CSV."""
    rows = [
        f"{n},{rng.random():.6f},{rng.randrange(10_000)},{rng.gauss(0, 50):.3f},{rng.randrange(2**31)},{n % 7}"
        for n in range(size_bytes // 42)
    ]
    return "\n".join(["n,share,count,drift,hash,class", *rows]).encode()


def json_of_numbers(rng: random.Random, size_bytes: int) -> bytes:
    """Measurements as JSON lines."""
    return "\n".join(
        json.dumps({"n": n, "share": rng.random(), "count": rng.randrange(10_000), "parts": [n % 7, n % 11, n % 13]})
        for n in range(size_bytes // 75)
    ).encode()


def hex_dump(rng: random.Random, size_bytes: int) -> bytes:
    """Bytes as `hexdump -C` shows them."""
    lines = []
    for n in range(size_bytes // 78):
        data = rng.randbytes(16)
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)  # noqa: PLR2004  # what can be printed
        lines.append(f"{n * 16:08x}  {data[:8].hex(' ')}  {data[8:].hex(' ')}  |{shown}|")
    return "\n".join(lines).encode()


TEXTS: Final[dict[str, Callable[[random.Random, int], bytes]]] = {
    "Japanese prose": japanese_prose,
    "English prose": english_prose,
    "a server's log": server_log,
    "a program's log": program_log,
    "source code": source_code,
    "CSV of numbers": table_of_numbers,
    "JSON of numbers": json_of_numbers,
    "a hex dump": hex_dump,
}

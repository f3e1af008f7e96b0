"""Homes with so many customers enrolled, made by the real command and kept where a folder for them is named."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from benchmarks import enrol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.quality import EnrolledHome

HEADER = ("氏名", "電話番号", "生年月日", "メールアドレス", "郵便番号", "住所", "会員番号")


def make_home(cache: Path, customers: int) -> Path:
    """The folder with ``home`` and ``customers.csv`` for that many customers; made unless it is there."""
    folder = cache / str(customers)
    if not (folder / "home" / "index" / "CURRENT").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        enrol.write_customers(folder / "customers.csv", customers)
        enrol.hinomi(folder / "home", "init")
        enrol.enrol(folder / "home", folder / "customers.csv", "2026-04-01")
    return folder


def open_home(folder: Path) -> EnrolledHome:
    """What it takes to match against its customers."""
    from benchmarks.quality import EnrolledHome
    from core.settings import load_settings
    from fingerprints.identifiers import load_kinds
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from fingerprints.secrets.keys import load_key

    home = folder / "home"
    settings = load_settings(home)
    key = load_key(settings.key, home)
    index = Index.open(settings.index_dir, key)
    return EnrolledHome(index, Digester(key), load_kinds(index.number_patterns), ())


def write_dump(folder: Path, path: Path, rows: int) -> None:
    """A CP932 table of the enrolled customers, other columns in another order and other spellings, all ours."""
    with path.open("w", encoding="cp932", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(_rows(folder / "customers.csv", rows))


def _rows(customers: Path, rows: int) -> Iterator[tuple[str, ...]]:
    written = 0
    while written < rows:
        with customers.open(encoding="cp932", newline="") as file:
            for number, name, _kana, born, postal, address, phone, mail, _plan in list_rows(file):
                yield name, phone.replace("-", ""), born.replace("-", "/"), mail, postal, address, number
                written += 1
                if written == rows:
                    return


def list_rows(file: Iterator[str]) -> Iterator[list[str]]:
    """Rows of a customers' file below its header."""
    reader = csv.reader(file)
    next(reader)
    return reader

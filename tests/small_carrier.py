"""A small carrier, enrolled for real, and an archive to put documents into: fixtures for the rooms that need one."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from archive.store import Archive
from core.clock import SystemClock
from core.database import Database
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, load_settings
from judging.bench import Bench

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.settings import Settings

HEADER = "お客様番号,氏名,フリガナ,生年月日,郵便番号,住所,携帯電話番号,メールアドレス"
NAMES = [
    ("架空", "一郎", "カクウ", "イチロウ"),
    ("仮名", "二葉", "カメイ", "フタバ"),
    ("例山", "三奈", "レイヤマ", "ミナ"),
    ("試川", "四郎", "タメシガワ", "シロウ"),
    ("見本", "五月", "ミモト", "サツキ"),
    ("模擬", "六花", "モギ", "リッカ"),
    ("雛形", "七海", "ヒナガタ", "ナナミ"),
    ("想定", "八重", "ソウテイ", "ヤエ"),
]
PEOPLE = [
    (f"K{n:06d}", f"{family}　{given}", f"{family_kana} {given_kana}", f"19{50 + n}-0{1 + n}-1{n}", "100-0001",
     f"東京都千代田区千代田{1 + n}-{2 + n}-{3 + n}", f"090-0{n}12-34{n:02d}", f"kakuu{n}@carrier.example")
    for n, (family, given, family_kana, given_kana) in enumerate(NAMES)
]  # fmt: skip
VALUES = sorted({value for person in PEOPLE for value in person if value != "100-0001"})
"""Everything of these people that must not turn up where it does not belong."""


def leak_text(first: int = 0, last: int = 6) -> str:
    """A post that gives people away."""
    return "\n".join(f"{person[1]} {person[6]} {person[7]} {person[5]}" for person in PEOPLE[first:last])


CALM_TEXT = "今日の天気は晴れ。order 20261122 shipped.\n" * 20


@pytest.fixture(scope="session")
def enrolled_home(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A home folder with a key and an index of the people above."""
    from custody.enrolment.columns import understand
    from custody.enrolment.enroller import Enroller, Lending
    from fingerprints.secrets.keys import create_key

    home = tmp_path_factory.mktemp("enrolled")
    (home / SETTINGS_FILE).write_text(DEFAULT_SETTINGS, encoding="utf-8")
    shutil.copyfile(sqlite_template, home / "hinomi.db")
    file = home / "customers.csv"
    file.write_text("\n".join([HEADER, *map(",".join, PEOPLE)]), encoding="utf-8")
    settings, database = load_settings(home), Database(f"sqlite:///{home / 'hinomi.db'}")
    enroller = Enroller(settings, create_key(home / "key"), database, SystemClock())
    enroller.enrol(file, understand(file), Lending("calls-2026-04", date(2026, 4, 1), "Callers"), processes=1)
    database.close()
    return home


@pytest.fixture
def home(tmp_path: Path, enrolled_home: Path) -> Path:
    """A home folder of the test's own, with that key and index."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    shutil.copy2(enrolled_home / SETTINGS_FILE, folder)
    shutil.copy2(enrolled_home / "key", folder)
    shutil.copytree(enrolled_home / "index", folder / "index")
    return folder


@pytest.fixture
def archive(settings: Settings, database: Database, clock: SetClock) -> Archive:
    """The archive of that home folder."""
    return Archive(settings, database, clock)


@pytest.fixture
def bench(settings: Settings) -> Bench:
    """What a child needs to judge."""
    return Bench(settings.home, settings.index_dir, 1 << 24, 60.0)

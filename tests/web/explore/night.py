"""One night in the access records of a call centre: somebody opens nearly all leaked customers in four minutes."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key
from tests.fingerprints.people import customers
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor
from trails.store.kept_lines import LineKeeper

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from fingerprints.secrets.keys import Key

JST = ZoneInfo("Asia/Tokyo")
CULPRIT, TERMINAL = "tanaka-0007", "T-0007"
LEAKED, ENROLLED, OPERATORS = 40, 400, 9
BEGIN, DAYS = date(2026, 9, 1), 75
NIGHT = datetime(2026, 11, 3, 22, 10, tzinfo=JST)
GAP = date(2026, 10, 14)
"""Two days from here on nobody left a record."""


@dataclass(frozen=True, slots=True)
class Night:
    """What tests look for: the log's lines, the key, and what must not be seen."""

    key: Key
    door: KeyedDoor
    lines: list[str]
    header: str
    log: Path


def write_night(path: Path) -> tuple[str, list[str]]:
    """Write the log; its header and its lines."""
    rng = random.Random(20261103)  # noqa: S311  # made up
    header = "日時,作業者ID,アカウント,端末,IPアドレス,セッションID,操作,結果,お客様番号"
    rows: list[tuple[datetime, str]] = []

    def add(at: datetime, who: int, name: str, terminal: str, action: str, outcome: str, number: str) -> None:
        session = f"s{at.astimezone(JST):%Y%m%d}-{who}{'n' if at.astimezone(JST).hour >= 22 else ''}"
        when = f"{at.astimezone(JST):%Y/%m/%d %H:%M:%S}"
        fields = (when, name, f"acc-{who // 3}", terminal, f"10.8.0.{who}", session, action, outcome, number)
        rows.append((at, ",".join(fields)))

    for number in range(DAYS):
        day = BEGIN + timedelta(days=number)
        if GAP <= day < GAP + timedelta(days=2):
            continue
        for who in range(OPERATORS):
            name = CULPRIT if who == 7 else f"suzuki-{who:04d}"
            begins = datetime(day.year, day.month, day.day, 9 + who % 3, tzinfo=JST)
            for _ in range(rng.randint(2, 6) if day.weekday() > 4 else rng.randint(14, 26)):
                at = begins + timedelta(seconds=rng.randrange(8 * 3600))
                terminal = TERMINAL if who == 7 else f"T-{rng.choice([who, who, who, 20]):04d}"
                action = rng.choices(["照会", "検索", "変更", "印刷"], [80, 12, 7, 1])[0]
                outcome = "拒否" if rng.random() < 0.02 else "成功"
                customer = rng.randrange(ENROLLED) if rng.random() < 0.97 else 0
                add(at, who, name, terminal, action, outcome, f"K{customer:06d}")
    for place, customer in enumerate(range(LEAKED - 2)):
        at = NIGHT + timedelta(seconds=place * 6)
        add(at, 7, CULPRIT, TERMINAL, "照会", "成功", f"K{customer:06d}")
    add(NIGHT + timedelta(minutes=6), 7, CULPRIT, TERMINAL, "エクスポート", "成功", "")
    rows.sort()
    lines = [text for _, text in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return header, lines


def take_night(
    folder: Path, settings: Settings, database: Database, clock: SetClock, *, keep_lines: bool = True
) -> Night:
    """Enrol the customers and import the log."""
    file = folder / "customers.csv"
    columns = customers(range(ENROLLED))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    key = create_key(settings.home / "key")
    Enroller(settings, key, database, clock).enrol(
        file, understand(file), Lending("calls", date(2026, 4, 1)), processes=1
    )
    log = folder / "callcenter.csv"
    header, lines = write_night(log)
    door = KeyedDoor(Digester(key), load_kinds()[NUMBER_KIND])
    plan = plan_import(log, "callcenter", settings.trails_dir, is_number=door.is_number)
    keeper = LineKeeper(key) if keep_lines else None
    run_import(plan, settings.trails_dir, database, door, clock, keeper=keeper)
    return Night(key, door, lines, header, log)

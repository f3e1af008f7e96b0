"""Supervision of a made-up carrier's processors: how long each page, table and file takes on the server.

python -m benchmarks supervision [--processors N] [--edges N] [--extracts N]

300 processors over three levels with 900 contracts and 5,000 extracts over three years unless said otherwise; each is
asked for with the register not yet in memory, and again. Beside the pages, the numbers are compared with a count over
the generator's own list.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from starlette.testclient import TestClient

from benchmarks._supervised import make_carrier, write_carrier
from core.actors import SYSTEM, Role
from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from custody.supervision.models import SupervisionRecord
from custody.supervision.numbers import EVERY, numbers_of, year_to
from home import Home
from migrations import upgrade
from people.accounts import add_account
from people.sign_in.links import LINK_FIELD, make_link
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks._supervised import MadeCarrier

BUDGET_S: Final = 1.0
FIRST, LAST = date(2023, 4, 10), date(2026, 3, 20)
SEED: Final = 7
EVERYTHING: Final = tuple(role for role in Role if role != Role.SERVICE)
LINK_LIFETIME: Final = timedelta(hours=1)


def main(arguments: Sequence[str]) -> int:
    """Fill a home, then ask for everything twice: 0 when each kept the budget and the numbers are right."""
    parser = argparse.ArgumentParser(prog="supervision", description=__doc__)
    parser.add_argument("--processors", type=int, default=300)
    parser.add_argument("--edges", type=int, default=900)
    parser.add_argument("--extracts", type=int, default=5000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder), database={"url": f"sqlite:///{Path(folder) / 'hinomi.db'}"})
        database = Database(str(settings.database.url))
        upgrade(database)
        made = make_carrier(
            SEED, first=FIRST, last=LAST, processors=asked.processors, edges=asked.edges, extracts=asked.extracts
        )
        write_carrier(database, made)
        worst, number = 0.0, _one_record(database)
        print(
            f"{len(made.edges):,} contracts of {asked.processors:,} processors, {len(made.loans):,} extracts; seconds"
        )
        for path in (
            "/supervision", "/supervision?when=overdue&duty=consent", "/supervision/processors/1",
            "/supervision/processors/1?tab=due", "/supervision/processors/1?tab=history",
            f"/supervision/records/{number}", f"/supervision/numbers?on={LAST}",
            "/supervision/numbers?fiscal_year=2024",
            f"/supervision/numbers/list?on={LAST}&number=lent", "/register/processors/1", "/register/processors",
        ):  # fmt: skip
            # A fresh program for each: nothing is in memory from the page before.
            client = _signed_in(Home.of(settings, database=database, clock=SystemClock()))
            (first, first_cpu), (again, again_cpu) = (_seconds(client, path) for _ in range(2))
            worst = max(worst, first_cpu, again_cpu)
            print(f"{first_cpu:8.3f} {again_cpu:8.3f}  ({first:.3f} {again:.3f})  {path}")
        for path in ("/supervision/numbers.xlsx", "/supervision/numbers.docx", "/supervision/export.xlsx"):
            took, cpu = _seconds(client, path)
            print(f"{cpu:8.3f}           ({took:.3f})  {path}, a file")
        is_right = _is_right(database, len(_standing(made)))
        database.close()
    said = "as counted" if is_right else "WRONG"
    print(f"worst page {worst:.3f} s of the processor (budget {BUDGET_S} s); total of processors {said}")
    return 0 if worst <= BUDGET_S and is_right else 1


def _standing(made: MadeCarrier) -> set[str]:
    return {
        one.processor for one in made.edges
        if one.since <= LAST and (one.ended_on is None or one.ended_on > LAST)
    }  # fmt: skip


def _is_right(database: Database, wanted: int) -> bool:
    with database.read() as session:
        numbers = numbers_of(session, year_to(LAST), ())
    return next(one.count for one in numbers if one.group == EVERY) == wanted


def _one_record(database: Database) -> int:
    with database.read() as session:
        sheet = select(SupervisionRecord.id).where(SupervisionRecord.kind == "check-sheet").limit(1)
        return session.scalars(sheet).one()


def _signed_in(home: Home) -> TestClient:
    with home.database.write() as session:
        number = time.perf_counter_ns()
        account = add_account(
            session, f"somebody-{number}", roles=EVERYTHING, extracts=["*"], actor=SYSTEM, now=home.clock.now()
        )
        link = make_link(session, account, lifetime=LINK_LIFETIME, actor=SYSTEM, now=home.clock.now())
    client = TestClient(create_app(home), base_url="http://127.0.0.1:8470")
    client.get(f"/?{LINK_FIELD}={link}")
    return client


def _seconds(client: TestClient, path: str) -> tuple[float, float]:
    """How long it took by the clock, and how long the processor worked for it: neighbours slow the former alone."""
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.get(path)
    took = time.perf_counter() - begun, time.process_time() - worked
    if not answer.is_success:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took

"""Verification of the transparency log: events a second and peak memory, beside bare SHA-256 over the same bytes.

python -m benchmarks verify [EVENTS]        default 50,000; the budget is 1 million in 30 seconds
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EVENTS = 50_000
BUDGET_EVENTS, BUDGET_S = 1_000_000, 30.0
BUDGET_MIB = 512
AT_ONCE = 20_000
BEGAN = datetime(2026, 4, 1, tzinfo=UTC)
KIB_A_MIB = 1024
IN_A_CHILD = "import sys; from benchmarks.verify import measure; measure(sys.argv[1])"


def events(count: int) -> Iterator[dict[str, Any]]:
    """Made-up lines of timelines, about as long as real ones."""
    for number in range(count):
        at = BEGAN + timedelta(seconds=17 * number)
        data = {
            "address": f"http://paste.invalid/{number}", "subjects": number % 997, "people": number % 1009,
            "fields": {"name": number % 997, "phone": number % 500}, "sha256": f"{number:064x}", "source": "my-paste",
        }  # fmt: skip
        yield {
            "happened_at": at, "learned_at": at + timedelta(minutes=3), "zone": "+09:00", "kind": "repost",
            "actor": "鈴木" if number % 3 else "hinomi", "source": "my-paste", "data": data,
            "search_text": "", "key": f"bench:{number}",
        }  # fmt: skip


def write_home(home: Path, count: int) -> float:
    """A home with so many events in its log, under one signed head; the seconds that the log took of it."""
    from cli.keeping.init import make_home
    from incidents.models import Event
    from transparency.heads import publish

    settings = make_home(home)
    database, rows = Database(settings.database_url), list[dict[str, Any]]()
    for event in events(count):
        rows.append(event)
        if len(rows) == AT_ONCE:
            _write(database, insert(Event), rows)
    _write(database, insert(Event), rows)
    started = time.perf_counter()
    publish(settings, database, SystemClock())
    seconds = time.perf_counter() - started
    database.close()
    return seconds


def _write(database: Database, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        with database.write() as session:
            session.execute(statement, rows)
    rows.clear()


def measure(home: str) -> None:
    """Verify in this process, then hash the same entries plainly; prints one JSON object."""
    from transparency.entries import read_entries
    from transparency.kinds import KINDS
    from transparency.verify.verification import verify

    settings = load_settings(home)
    database = Database(settings.database_url)
    started, used = time.perf_counter(), time.process_time()
    report = verify(settings, database, SystemClock())
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB_A_MIB
    plain, size = 0.0, 0
    with database.read() as session:
        for first in range(1, report.size + 1, AT_ONCE):
            entries = read_entries(session, KINDS["event"], range(first, first + AT_ONCE)).values()
            size += sum(map(len, entries))
            started = time.perf_counter()
            for entry in entries:
                hashlib.sha256(entry).digest()
            plain += time.perf_counter() - started
    database.close()
    found = {"leaves": report.size, "ok": report.is_whole, "seconds": seconds, "cpu": cpu, "peak": peak}
    sys.stdout.write(json.dumps(found | {"plain": plain, "size": size}))


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print its figures; 1 when a budget is broken at this size."""
    parser = argparse.ArgumentParser(prog="bench verify", description=__doc__)
    parser.add_argument("events", nargs="?", type=int, default=EVENTS)
    count = parser.parse_args(argv).events
    with tempfile.TemporaryDirectory() as folder:
        logged = write_home(Path(folder) / "home", count)
        command = [sys.executable, "-c", IN_A_CHILD, f"{folder}/home"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own command
    found = json.loads(done.stdout)
    estimate = found["seconds"] * BUDGET_EVENTS / count
    rates = (count / found["seconds"], count / found["plain"])
    print(f"log        {count} events into leaves, and a head signed: {logged:.1f} s, {count / logged:.0f} events/s")
    print(f"verify     {found['leaves']} leaves in {found['seconds']:.1f} s ({found['cpu']:.1f} s of one core): "
          f"{rates[0]:.0f} events/s, ok {found['ok']}")  # fmt: skip
    print(f"baseline   bare SHA-256 over the same {found['size'] / 1e6:.0f} MB: {rates[1]:.0f} events/s; "
          f"verification is {rates[0] / rates[1]:.3f} of it")  # fmt: skip
    print(f"estimate   {BUDGET_EVENTS} events: {estimate:.1f} s (budget {BUDGET_S:.0f} s)")
    print(f"memory     {found['peak']} MiB at most (budget {BUDGET_MIB})")
    return 0 if found["ok"] and estimate <= BUDGET_S and found["peak"] <= BUDGET_MIB else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

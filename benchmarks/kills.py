"""Kills work of every kind at random moments, lets it finish, and compares with what was never killed.

``./run bench kills [--kills 200] [--kinds enrol,match] [--processes 2]``. Each trial takes a fresh copy of a home that
is ready for the work, starts the command, sends SIGKILL to it and all its children at a moment drawn over the time that
it takes, once or twice, and then runs it to its end. What the home holds must be what it holds after a run that nobody
killed, whole by `hinomi verify` and by the index's checksums: nothing lost, nothing doubled.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._killed_work import KINDS, Ready, finish, hinomi, is_whole, picture, settle, sites, slack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks._killed_work import KilledWork

SCHEDULER_S = 12.0
"""The scheduler does not end by itself: it is killed within that time."""
MOST_KILLS = 2  # of one trial


@dataclass
class Learned:
    """What was learned of a kind of work: how long it takes, what it leaves, and what went wrong after kills."""

    work: KilledWork
    takes_s: float
    left: dict[str, Any]
    kills: int = 0
    trials: int = 0


def measure(work: KilledWork, folder: Path) -> Learned:
    """Do it once without killing it."""
    home = folder / f"whole-{work.name}"
    shutil.copytree(work.home, home)
    with slack(wanted=work.wants_slack) as settings:
        began, takes_s = time.monotonic(), SCHEDULER_S
        for command in work.finish:
            finish(home, command, work.accepted, settings)
            if command == work.command:
                takes_s = time.monotonic() - began
        left = picture(home, settings)
    shutil.rmtree(home)
    return Learned(work, takes_s, left)


def try_once(kind: Learned, folder: Path, draw: random.Random) -> list[str]:
    """Kill it, let it finish, compare; what is wrong then."""
    work = kind.work
    home = Path(tempfile.mkdtemp(dir=folder)) / "home"
    shutil.copytree(work.home, home)
    with slack(wanted=work.wants_slack) as settings:
        for _ in range(draw.randint(1, MOST_KILLS)):
            kind.kills += kill_within(work, home, draw.random() * kind.takes_s, settings)
        try:
            for command in work.finish:
                finish(home, command, work.accepted, settings)
            left = picture(home, settings)
        except Exception as error:  # noqa: BLE001  # whatever fails after a kill is what is looked for
            return [f"{work.name}: {error}"]
    kind.trials += 1
    other = [name for name in left if left[name] != kind.left[name]]
    wrong = [f"{work.name}: {name} is {left[name]}, not {kind.left[name]}" for name in other]
    if damage := settle(home):
        wrong.append(f"{work.name}: {damage}")
    if said := is_whole(home):
        wrong.append(f"{work.name}: {said}")
    if not wrong:
        shutil.rmtree(home.parent)
    return wrong


def kill_within(work: KilledWork, home: Path, seconds: float, settings: dict[str, str]) -> bool:
    """Start the work and end it with all its children at that moment; whether it was still at work."""
    with hinomi(home, work.command, settings) as process:
        time.sleep(seconds)
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return alive


def main(arguments: Sequence[str]) -> int:
    """Until there were so many kills; 0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    wrong: list[str] = []
    with sites(folder) as sources:
        ready = Ready(folder, sources)
        chosen = given.kinds.split(",") if given.kinds else list(KINDS)
        kinds = [measure(KINDS[name](ready), folder) for name in chosen]
        draw = random.Random(given.seed)
        with ThreadPoolExecutor(given.processes) as pool:
            while sum(kind.kills for kind in kinds) < given.kills and len(wrong) < len(kinds):
                fewest = sorted(kinds, key=lambda kind: kind.kills)[: given.processes]
                jobs = [pool.submit(try_once, kind, folder, random.Random(draw.random())) for kind in fewest]
                for job in jobs:
                    wrong += job.result()
    for kind in kinds:
        print(f"{kind.work.name:<14} {kind.kills:>4} kills in {kind.trials} trials; takes {kind.takes_s:.1f} s")
    print(f"{sum(kind.kills for kind in kinds)} kills; {len(wrong)} things wrong")
    for said in wrong:
        sys.stdout.write(f"  {said}\n")
    if not wrong:
        shutil.rmtree(folder)
    return int(bool(wrong))

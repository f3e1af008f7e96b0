"""Months of sweeps over forums that misbehave at random: what was up long enough and is not kept, or is kept twice.

    python -m benchmarks chaos [--seeds 10] [--first 0]

Each seed is a forum of its own over thirty simulated days, swept every eight hours through the real spider, ledger and
archive (`tests.crawler.chaos`); no network and no clock of this machine is in it. Ends with 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from core.database import Database
from core.settings import DEFAULT_SETTINGS, SETTINGS_FILE, load_settings
from migrations import upgrade
from tests.crawler.chaos.month import Month

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ASKED = 4


@dataclass(frozen=True)
class ChaosOutcome:
    """What came of one seed."""

    wanted: int
    lost: int
    twice: int
    most_asked: int
    requests: int

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing twice, nothing asked for too often."""
        return not self.lost and not self.twice and self.most_asked <= MOST_ASKED


def run(seed: int, folder: Path, template: Path) -> ChaosOutcome:
    """A month over the forum of one seed."""
    home = folder / str(seed)
    home.mkdir(mode=0o700)
    (home / SETTINGS_FILE).write_text(DEFAULT_SETTINGS, encoding="utf-8")
    shutil.copyfile(template, home / "hinomi.db")
    database = Database(f"sqlite:///{home / 'hinomi.db'}")
    month = Month(seed, load_settings(home), database)
    month.run()
    captured, wanted = month.captured(), {version.text for version in month.wanted()}
    posted = {text for topic in month.site.topics for post in topic.posts for _, text in post.versions}
    database.close()
    shutil.rmtree(home)
    twice = sum(times > 1 for text, times in captured.items() if text in posted)
    return ChaosOutcome(len(wanted), len(wanted - captured.keys()), twice, month.most_asked, month.requests)


def main(arguments: Sequence[str]) -> int:
    """Run the seeds."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().setLevel(logging.CRITICAL)
    outcomes, began = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hinomi-chaos-") as name:
        template = Path(name) / "template.db"
        database = Database(f"sqlite:///{template}")
        upgrade(database)
        database.close()
        for seed in range(given.first, given.first + given.seeds):
            outcomes.append(run(seed, Path(name), template))
            if not outcomes[-1].is_good:
                print(f"seed {seed}: {outcomes[-1]}", flush=True)
    print(
        f"{len(outcomes)} forums, {sum(one.requests for one in outcomes):,} requests: of "
        f"{sum(one.wanted for one in outcomes):,} versions of posts {sum(one.lost for one in outcomes)} lost, "
        f"{sum(one.twice for one in outcomes)} kept twice, no page asked for more than "
        f"{max(one.most_asked for one in outcomes)} times in a sweep ({time.monotonic() - began:.0f} s)"
    )
    return 0 if all(one.is_good for one in outcomes) else 1

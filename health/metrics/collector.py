"""Reads database and files for Prometheus, now and then: whoever scrapes often is given the last answer again."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from core.errors import HinomiError
from core.logs import get_logger
from core.telemetry.release import program_version
from health.metrics.catalogue import CATALOGUE
from health.metrics.places import PLACES
from health.metrics.rows import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.core import Metric

    from health.metrics.rows import Sample
    from home import Home

COST_FACTOR: Final = 20
"""An answer serves at least that many times as long as it took: a large database is not kept busy by being watched."""


class HomeCollector(Collector):
    """What a home looks like, collected when it is asked for and kept for a while."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._until = 0.0

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: a registry that asks must not wait for a database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The metrics, at most so old as the settings and their own cost say."""
        with self._lock:
            if time.monotonic() >= self._until:
                begun = time.monotonic()
                samples = list(self._collected())
                took = time.monotonic() - begun
                samples.append(("hinomi_collection_duration_seconds", (), took))
                self._kept = list(_families(samples))
                self._until = time.monotonic() + max(self._home.settings.metrics.cache_s, COST_FACTOR * took)
            kept = self._kept
        yield from kept

    def _collected(self) -> Iterator[Sample]:
        yield "hinomi_build_info", (program_version(),), 1
        now = self._home.clock.now()
        for part in (*PARTS, *PLACES):
            try:
                if part in PARTS:
                    with self._home.database.read() as session:
                        found = list(PARTS[part](session, now))
                else:
                    found = list(PLACES[part](self._home, now))
            except (HinomiError, SQLAlchemyError, OSError) as error:  # said as a metric; the other parts go on
                get_logger().warning("metrics.part_failed", name=part, error=type(error).__name__)
                yield "hinomi_collection_up", (part,), 0
                continue
            yield "hinomi_collection_up", (part,), 1
            yield from found


def _families(samples: Iterable[Sample]) -> Iterator[Metric]:
    """Samples under their names, in the order of the catalogue."""
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(sample[0], []).append(sample)
    for name, described in CATALOGUE.items():
        if name not in by_name:
            continue
        kind = CounterMetricFamily if described.kind == "counter" else GaugeMetricFamily
        family = kind(name, described.help, labels=described.labels)
        for _, labels, value in by_name[name]:
            family.add_metric(labels, value)
        yield family

"""Sweeps: one job a source, by each source's own schedule, each in a child process without the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import HinomiError
from core.logs import get_logger
from crawler.errors import CrawlError
from crawler.run import DIED, run_sweep_process
from crawler.sources import survey_sources, sweep_job_name
from jobs.interface import CutOffError, Job, JobKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from crawler.sources import Source
    from jobs.interface import Workbench

log = get_logger()


class SweepSources(JobKind):
    """The sources are read anew at every tick, so that an added one needs no restart."""

    name = "sweep"
    lane = "sweep"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._last: dict[str, Source] = {}
        self._problem = ""

    def jobs(self) -> Iterable[Job]:
        """A job for each source that is switched on."""
        return [self._job(source) for source in self._sources() if source.enabled]

    def _job(self, source: Source) -> Job:
        every_s = source.every.total_seconds()
        return Job(sweep_job_name(source.name), every_s, lambda: self._sweep(source), lane=self.lane)

    def _sources(self) -> Collection[Source]:
        """The sources as the file says now; one whose table is broken goes on as it was before."""
        try:
            found = survey_sources(self.home.settings.sources_path)
        except HinomiError as error:
            self._complain(error)
            return self._last.values()
        before = {name: source for name, source in self._last.items() if name in found.broken}
        self._last = before | found.sources
        self._complain(found.complaint)
        return self._last.values()

    def _complain(self, error: HinomiError | None) -> None:
        """Say what is wrong with the file of sources, once and not at every tick."""
        said = str(error) if error else ""
        if error and said != self._problem:
            log.warning("sources.unreadable", error=type(error).__name__, reason=said)
        self._problem = said

    def _sweep(self, source: Source) -> str | None:
        home = self.home
        try:
            result = run_sweep_process(source, home.settings, home.database, home.clock, stop=self.bench.stop)
        except CrawlError as error:
            raise CutOffError(str(error), hint=error.hint) from error
        if self.bench.stop.is_set() and result.state != "done":
            return None
        if result.reason == DIED:
            raise CutOffError(result.reason)
        return f"{result.state}: {result.reason}" if result.reason else result.state

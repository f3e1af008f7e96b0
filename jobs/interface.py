"""What a kind of job is: what it does, how often, in which lane, and whether there is anything to do."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from core.errors import HinomiError, OutsideError
from core.hosts.roles import CRAWL, MATCH, SCHEDULER
from core.processes.child import run_hinomi

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterable, Mapping

    from alerts.delivery import PostRoom
    from core.processes.child import Ended
    from home import Home

_ONE_EACH: Final = ("match", "check", "enrol", "scan", "alert")
LANES: Final[Mapping[str, int]] = {"sweep": 4, **dict.fromkeys(_ONE_EACH, 1), "keep": 2}
"""How many jobs of each lane run at a time in one scheduler. A slow job keeps nobody waiting but its own lane: sweeps
hang on other people's servers (each a process of about 84 MB), matching on large documents, checks on long trails,
enrolments on long lists, alerts on Slack, and in front of a scan somebody waits; what keeps the house in order is
short, but for retention."""
ROLE_OF_LANE: Final[Mapping[str, str]] = {
    "sweep": CRAWL, "match": MATCH, "check": MATCH, "enrol": MATCH, "scan": MATCH,
    "alert": SCHEDULER, "keep": SCHEDULER,
}  # fmt: skip
"""Which machines work in a lane, unless a kind of job says otherwise: whatever takes the key runs where that is."""
DAY_S: Final = 86_400.0
WISHES: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
"""Signals by which somebody ends a process who wants it to end."""
OVER: Final = "failed: ended after"
"""Begins the outcome of a child that took longer than it may."""


class CutOffError(HinomiError):
    """A job ended with the process that did it, which need not be the fault of what it was about."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that runs again and again.

    Attributes:
        name: Unique; the name of its claims.
        every_s: Seconds between two due instants.
        work: Does it; returns the outcome in a word or two, or None to hand the claim back unfinished.
        is_wanted: Whether there is anything to do; a job without work claims nothing.
        lane: Which other jobs it may wait for; one of `LANES`.
    """

    name: str
    every_s: float
    work: Callable[[], str | None]
    is_wanted: Callable[[], bool] = field(default=lambda: True)
    lane: str = "keep"


@dataclass(frozen=True, slots=True)
class Workbench:
    """What jobs work with.

    Attributes:
        home: The home folder.
        post: The channels that alerts go out by.
        stop: Set when the scheduler is asked to stop: children are asked to finish then.
    """

    home: Home
    post: PostRoom
    stop: threading.Event


class JobKind(ABC):
    """A kind of job; one of it is made for each scheduler, and may remember things between runs.

    Attributes:
        name: The kind; of a kind with one job, the job's name as well.
        lane: One of `LANES`.
        own_role: Which machines do it, of `core.hosts.roles`; empty: those of its lane.
    """

    name: ClassVar[str]
    lane: ClassVar[str]
    own_role: ClassVar[str] = ""

    @property
    def role(self) -> str:
        """Which machines do it."""
        return self.own_role or ROLE_OF_LANE[self.lane]

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.home = bench.home

    @abstractmethod
    def jobs(self) -> Iterable[Job]:
        """Its jobs as of now; asked at every tick."""

    def run_child(self, arguments: list[str], limit_s: float = DAY_S, variables: Collection[str] = ()) -> str | None:
        """A command of ours in a child process that cannot get stuck: its outcome, None when it was asked to stop.

        It sees the variables of the key, and those named.
        """
        return _outcome(self._run(arguments, limit_s, variables), limit_s)

    def run_whole(self, arguments: list[str]) -> str | None:
        """The same, of a job that is nothing but that command.

        Raises:
            CutOffError: Something but a wish to stop it ended the child, or what is outside of it failed.
        """
        ended = self._run(arguments, DAY_S, ())
        cut_off = ended.code < 0 and -ended.code not in WISHES
        if ended.how == "exited" and (cut_off or ended.code == OutsideError.exit_code):
            raise CutOffError(f"its process ended with {_code(ended)}")
        return _outcome(ended, DAY_S)

    def _run(self, arguments: list[str], limit_s: float, variables: Collection[str]) -> Ended:
        settings = self.home.settings
        return run_hinomi(
            arguments, home=settings.home, log=settings.home / "logs" / f"{self.name}.log", limit_s=limit_s,
            stop=self.bench.stop, variables=[*settings.key.variables, *variables],
        )  # fmt: skip


def _outcome(ended: Ended, limit_s: float) -> str | None:
    """How a child ended, in a word or two."""
    if ended.how == "stopped":
        return None
    if ended.how == "limit":
        return f"{OVER} {limit_s:.0f} s"
    return "done" if ended.code == 0 else f"failed: {_code(ended)}"


def _code(ended: Ended) -> str:
    try:
        return f"exit code {ended.code}" if ended.code >= 0 else signal.Signals(-ended.code).name
    except ValueError:  # most of those for real time have no name
        return f"signal {-ended.code}"


class SingleJob(JobKind):
    """A kind of one job.

    Attributes:
        every_s: Seconds between two due instants; of a kind that runs at every tick, see `interval_s`.
    """

    every_s: ClassVar[float] = 0.0

    def jobs(self) -> Iterable[Job]:
        """The one."""
        return (Job(self.name, self.interval_s(), self.work, self.is_wanted, self.lane),)

    def interval_s(self) -> float:
        """Seconds between two due instants: its own, else the scheduler's tick."""
        return self.every_s or self.home.settings.scheduler.tick_s

    def is_wanted(self) -> bool:
        """Whether there is anything to do."""
        return True

    @abstractmethod
    def work(self) -> str | None:
        """Do it; the outcome in a word or two, None to hand it back unfinished."""

"""Memory and time of a command with all its children, sampled while it runs."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_S = 1.0  # a look at the pages of a mapped index takes some 10 ms for each process


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """How a command went.

    Attributes:
        seconds: Wall clock.
        cpu_s: Of the command and the children it waited for.
        own_mib: Peak of the processes' memory that is no file's, each page shared out among who shares it, summed.
        mapped_mib: Peak with the pages of mapped files, shared out likewise: the index, as far as it was in use.
        stdout: What it printed.
        code: How it exited.
    """

    seconds: float
    cpu_s: float
    own_mib: float
    mapped_mib: float
    stdout: str
    code: int


def run_watched(command: Sequence[str], output: Path) -> MeasuredRun:
    """Run a command to its end; ``output`` takes what it prints."""
    started, cpu = time.perf_counter(), _children_cpu()
    own = mapped = 0.0
    with output.open("w") as file:
        child = subprocess.Popen(command, stdout=file)  # noqa: S603  # our own command
        process = psutil.Process(child.pid)
        while child.poll() is None:
            sizes = [_sizes(pid) for pid in _tree(process)]
            own = max(own, sum(anonymous for anonymous, _ in sizes))
            mapped = max(mapped, sum(whole for _, whole in sizes))
            with suppress(subprocess.TimeoutExpired):
                child.wait(SAMPLE_S)
    seconds = time.perf_counter() - started
    return MeasuredRun(seconds, _children_cpu() - cpu, own / 1024, mapped / 1024, output.read_text(), child.returncode)


def _children_cpu() -> float:
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def _tree(process: psutil.Process) -> list[int]:
    try:
        return [process.pid, *(child.pid for child in process.children(recursive=True))]
    except psutil.Error:
        return []


def _sizes(pid: int) -> tuple[int, int]:
    """KiB of its own and in all, as Linux shares pages out among processes (proportional set size)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return 0, 0
    sizes = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
    return sizes.get("Pss_Anon", 0), sizes.get("Pss", 0)

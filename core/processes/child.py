"""Child processes that cannot get stuck: a time limit, a clean stop, and at the last their whole group ended."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.processes.begun import python
from core.processes.environment import command_environment
from core.processes.walls.confinement import STARTER
from core.processes.walls.limits import hold_command

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Sequence
    from pathlib import Path

POLL_S = 0.1
GRACE_S = 20.0
"""How long a child may take to put its work in order after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended.

    Attributes:
        how: ``exited`` by itself, ``stopped`` because we were asked to stop, or ended at its ``limit``.
        code: What it exited with; negative for a signal, as in `subprocess`.
        seconds: How long it ran.
    """

    how: Literal["exited", "stopped", "limit"]
    code: int
    seconds: float


def run_hinomi(
    arguments: Sequence[str],
    *,
    home: Path,
    log: Path,
    limit_s: float,
    stop: threading.Event | None = None,
    grace_s: float = GRACE_S,
    variables: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> Ended:
    """Run a command of ours in a child process of its own group and wait for it.

    Args:
        arguments: After ``hinomi``, without ``--home``.
        home: The home folder.
        log: What it prints on stdout and stderr is appended here.
        limit_s: After that long it is ended.
        stop: When set, the child is asked to finish (SIGTERM), and ended if it does not within ``grace_s``.
        grace_s: Between asking and ending.
        variables: Names of environment variables that the child gets beside those that all commands get.
        hidden: Environment variables that it does not get.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("ab") as output, tempfile.TemporaryDirectory(prefix="hinomi-") as folder:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own arguments
            python("-m", "cli", "--home", str(home), *arguments),
            env=command_environment(variables, hidden) | {"TMPDIR": folder, STARTER: str(os.getpid())},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        hold_command(child.pid, processor_s=(limit_s + grace_s) * (os.cpu_count() or 1))
        try:
            how = _wait(child, started + limit_s, stop)
        finally:
            end_group(child, grace_s)
    return Ended(how, child.returncode, time.monotonic() - started)


def _wait(
    child: subprocess.Popen[bytes], until: float, stop: threading.Event | None
) -> Literal["exited", "stopped", "limit"]:
    """Why there is nothing more to wait for."""
    while child.poll() is None:
        if stop is not None and stop.is_set():
            return "stopped"
        if time.monotonic() > until:
            return "limit"
        time.sleep(POLL_S)
    return "exited"


def end_group(child: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """Ask a child that leads its own group to stop, wait, then end whatever is left of the group."""
    if child.poll() is None:
        _signal_group(child, signal.SIGTERM)
        try:
            child.wait(grace_s)
        except subprocess.TimeoutExpired:
            _signal_group(child, signal.SIGKILL)
            child.wait()
    _signal_group(child, signal.SIGKILL)  # grandchildren that outlived it


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return

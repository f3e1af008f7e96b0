"""A service that is told to stop stops, whatever it was about: a signal is noted, and raises nothing anywhere."""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cli.interrupts import interrupt
from cli.stop import SIGNALS, told_to_stop
from tests.servers.child import ended

if TYPE_CHECKING:
    from pathlib import Path

TOLD_MEANWHILE = """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT):
    signal.raise_signal(number)
    time.sleep(0)
WHOLE = True
"""
INTERRUPTED = """
import signal, time
signal.raise_signal(signal.SIGINT)
time.sleep(0.1)
WHOLE = True
"""
LIMIT_S = 120


def test_a_signal_in_the_middle_of_an_import_leaves_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "told_meanwhile.py").write_text(TOLD_MEANWHILE)
    monkeypatch.syspath_prepend(tmp_path)
    before = [signal.getsignal(number) for number in SIGNALS]
    with told_to_stop() as stop:
        assert importlib.import_module("told_meanwhile").WHOLE
        assert stop.is_told
        stop.wait()
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_what_is_to_be_done_is_done_once_it_is_told_or_at_once() -> None:
    done: list[str] = []
    with told_to_stop() as stop:
        stop.then(lambda: done.append("before"))
        assert done == []
        os.kill(os.getpid(), signal.SIGTERM)
        assert done == ["before"]
        stop.then(lambda: done.append("after"))
        assert done == ["before", "after"]


def test_who_waits_is_woken_by_a_signal() -> None:
    with told_to_stop() as stop:
        threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()
        stop.wait()
        assert stop.is_told


def test_ctrl_c_waits_for_the_end_of_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "interrupted.py").write_text(INTERRUPTED)
    monkeypatch.syspath_prepend(tmp_path)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)]
    whole: list[bool] = []

    def load_and_wait() -> None:
        whole.append(importlib.import_module("interrupted").WHOLE)
        time.sleep(60)

    try:
        signal.signal(signal.SIGINT, interrupt)
        with pytest.raises(KeyboardInterrupt):
            load_and_wait()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGALRM), before, strict=True):
            signal.signal(number, handler)
    assert whole == [True]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_service_that_has_just_begun_ends_as_well(home: Path, database_url: str, seed: int) -> None:
    """Its scheduler's first work is under way, and imports; so does the main thread on its way to the pages."""
    draw = random.Random(seed)  # noqa: S311  # the moment of the signal
    command = [sys.executable, "-m", "cli", "--home", str(home), "serve", "--port", "0", "--json"]
    environment = os.environ | {"HINOMI_DATABASE__URL": database_url}
    with ended(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    ) as service:
        assert service.stdout
        assert json.loads(service.stdout.readline())["address"]
        time.sleep(draw.choice((0, draw.random() / 2)))
        service.send_signal(draw.choice(SIGNALS))
        assert service.wait(LIMIT_S) == 0

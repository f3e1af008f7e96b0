"""Processes are told apart by their names: which live, which are gone, and which nobody here can know of."""

from __future__ import annotations

import subprocess

from core.processes.names import is_dead, machine_name, worker_name


def test_a_living_process_is_not_dead_and_one_that_ended_is() -> None:
    assert not is_dead(worker_name())
    assert not is_dead(worker_name("a lane"))
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert is_dead(f"{machine_name()}/{ended.pid}/1")


def test_a_process_of_another_machine_of_the_same_name_is_never_known_to_be_dead() -> None:
    name, _, _number = machine_name().partition("~")
    assert not is_dead(f"{name}~00000000/1/1")
    assert not is_dead(f"{name}x/1/1")

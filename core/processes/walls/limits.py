"""Limits that the system holds a process to: memory, processor time, open files, and no image of it on disk.

Memory is counted in two ways. The address space (RLIMIT_AS) counts every mapped file in full, and an index of gigabytes
is mapped by whoever looks something up; so it is set as so much beyond what is mapped by then. What a process can write
to that is its own (RLIMIT_DATA) is bounded from the beginning.
"""

from __future__ import annotations

import math
import os
import resource
from typing import Final

MIB: Final = 1 << 20
MOST_FILES: Final = 512
_MAPPED_MIB: Final = 256
"""Of libraries that are loaded late: they are mapped, and no memory of a document's."""
_UNKNOWN: Final = 1 << 46


def allow_no_image() -> None:
    """No core dump: it would hold the key, and the document."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_files(most: int = MOST_FILES) -> None:
    """So many open files at a time."""
    _lower(resource.RLIMIT_NOFILE, most)


def limit_memory(mib: int) -> None:
    """So much memory of its own, and so much address space, beyond what the process has now."""
    mapped, own = held_bytes()
    _lower(resource.RLIMIT_DATA, own + mib * MIB)
    _lower(resource.RLIMIT_AS, mapped + (mib + _MAPPED_MIB) * MIB)


def limit_processor(seconds: float) -> None:
    """So much more processor time from now on, as far as the starter has it; then the system ends the process."""
    used = sum(os.times()[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(math.ceil(used + seconds), hard), hard))


def hold_command(process_id: int, *, processor_s: float) -> None:
    """Limits of a command of ours that has just been started: all but the address space, since it maps the index."""
    if not hasattr(resource, "prlimit"):
        return  # only Linux lets us do it from outside
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 8 * MOST_FILES,
        resource.RLIMIT_DATA: machine,
        resource.RLIMIT_CPU: math.ceil(processor_s),
    }
    for kind, asked in wanted.items():
        try:
            most = _at_most(asked, resource.prlimit(process_id, kind)[1])
            resource.prlimit(process_id, kind, (most, most))
        except (ProcessLookupError, PermissionError):
            return  # it has ended already


def held_bytes() -> tuple[int, int]:
    """The address space of this process, and how much of it is its own to write to."""
    page = os.sysconf("SC_PAGE_SIZE")
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # read before much is imported
            sizes = file.read().split()
    except OSError:
        return _UNKNOWN, 0  # another system: the limit of what is its own holds alone
    return int(sizes[0]) * page, int(sizes[5]) * page


def _lower(kind: int, most: int) -> None:
    most = _at_most(most, resource.getrlimit(kind)[1])
    resource.setrlimit(kind, (most, most))


def _at_most(asked: int, hard: int) -> int:
    """What is asked for, as far as it is allowed."""
    return asked if hard == resource.RLIM_INFINITY else min(asked, hard)

"""A process keeps itself to what its work needs, before it reads a byte that somebody else wrote.

What every worker may read is this program and the system's libraries. Nothing of the home folder is among them unless
it was named: neither key nor index nor database nor what other processes keep there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from core.processes.walls.capabilities import give_up_powers
from core.processes.walls.landlock import LIST, READ, RUN, WRITE, restrict_files
from core.processes.walls.limits import allow_no_image, limit_files, limit_memory
from core.processes.walls.seccomp import refuse_calls

STARTER: Final = "HINOMI_STARTED_BY"
"""Names the process that waits for a command."""
_SET_DEATH_SIGNAL, _SET_DUMPABLE = 1, 4  # of prctl
_PROGRAMS: Final = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_SYSTEM: Final = """
/proc /sys/devices/system /sys/fs/cgroup /dev/urandom /dev/random /dev/zero
/etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/localtime /etc/timezone /etc/os-release /etc/passwd /etc/group
/etc/mime.types /etc/alternatives /etc/ssl/certs /etc/ssl/openssl.cnf /etc/pki/tls/certs /etc/pki/ca-trust
/etc/ca-certificates /etc/crypto-policies
"""
"""What libraries look at when they start. Of another process's folder in /proc Landlock itself shows nothing that
matters: neither its memory nor its environment."""
_NAMES: Final = """
/etc/resolv.conf /etc/hosts /etc/nsswitch.conf /etc/host.conf /etc/gai.conf /etc/services /etc/protocols
/run/systemd/resolve /run/resolvconf
"""
"""What it takes to look a host name up."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a worker may do beside computing.

    Attributes:
        network: Whether it may make connections.
        reads: Files and folders that it may read.
        writes: Folders that it may read and write.
        memory_mib: Memory of its own; none: as much as there is.
    """

    network: bool = False
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    memory_mib: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For the way to the worker."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Self:
        """As `as_json` gave them."""
        return cls(given["network"], tuple(given["reads"]), tuple(given["writes"]), given["memory_mib"])


@dataclass(frozen=True, slots=True)
class Protections:
    """Which of the kernel's walls stand around this process."""

    files: bool
    calls: bool


def confine(rights: Rights) -> Protections:
    """Keep this process to its rights; while it has one thread only, since the walls are a thread's.

    What the kernel does not offer is left out, and `hinomi doctor` says so: a worker without walls is still a process
    of its own with limits.
    """
    allow_no_image()
    limit_files()
    if rights.memory_mib is not None:
        limit_memory(rights.memory_mib)
    _hide_memory()
    give_up_powers()
    files = restrict_files(_places(rights), tcp=rights.network)
    return Protections(files, refuse_calls(network=rights.network))


def end_with_starter() -> None:
    """Be ended with the process of ours that started this command, if one did: what it left would be in the way."""
    starter = os.environ.pop(STARTER, "")
    if starter:
        end_with_parent()
        if str(os.getppid()) != starter:  # it ended before we could ask
            sys.exit(1)


def end_with_parent() -> None:
    """Be ended when the starter is, in whatever way, also in the middle of a document that has no end."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def _hide_memory() -> None:
    """No other process of the same user may look into this one."""
    ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def _places(rights: Rights) -> list[tuple[Path, int]]:
    places = [(path, RUN) for path in _own_program()]
    places += [(Path(path), READ) for path in (*_SYSTEM.split(), *(_NAMES.split() if rights.network else ()))]
    places += [(Path("/dev/null"), READ | WRITE)]
    places += [(Path(path), READ) for path in rights.reads]
    places += [(Path(path), READ | WRITE) for path in rights.writes]
    root = _checkout()
    return [*places, (root, LIST)] if root else places  # Python lists the folder that it finds our packages in


def _own_program() -> set[Path]:
    """Where Python, its libraries and our packages are."""
    root = _checkout()
    found = {Path(path) for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *_PROGRAMS)}
    found |= {Path(path) for path in sys.path if path and Path(path) != root}
    if root:
        found |= {one.parent for one in root.glob("*/__init__.py")} | set(root.glob("*.py"))
    return found


def _checkout() -> Path | None:
    """The folder that our packages are in, where that is one of its own: a home may stand in it as well."""
    root = Path(__file__).parents[3]
    return None if root.name in {"site-packages", "dist-packages"} else root

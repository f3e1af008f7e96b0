"""seccomp: system calls that a process of ours never makes are refused, so that nobody who got hold of it makes them.

A filter in the kernel's old packet-filter language (`man 2 seccomp`): load the machine, then the call's number, compare
it with each refused one. Without the network no socket can be made at all, of any family; what was open stays open, and
a pair of connected sockets is no way out. Always refused: looking into another process, rings of calls that go round
this filter, other name spaces, mounts, files by handle, modules.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import Final

from core.processes.walls.landlock import keep_privileges

_SET_SECCOMP, _FILTER = 22, 2  # of prctl
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER_AT, _MACHINE_AT = 0, 4
_X32_FROM: Final = 0x40000000
"""Numbers of a second set of calls on x86-64, which nothing of ours uses."""

_SOCKET: Final = {"x86_64": 41, "aarch64": 198}
_MACHINES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED: Final = {
    # ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd; bpf, userfaultfd, perf_event_open; add_key,
    # request_key, keyctl; unshare, setns, chroot, pivot_root, mount, umount2; name_to_handle_at, open_by_handle_at;
    # init_module, finit_module, delete_module, kexec_load, reboot; io_uring_setup, _enter, _register; open_tree,
    # move_mount, fsopen, mount_setattr
    "x86_64": (
        *(101, 310, 311, 312, 438, 321, 323, 298, 248, 249, 250, 272, 308, 161, 155, 165, 166, 303, 304),
        *(175, 313, 176, 246, 169, 425, 426, 427, 428, 429, 430, 442),
    ),
    "aarch64": (
        *(117, 270, 271, 272, 438, 280, 282, 241, 217, 218, 219, 97, 268, 51, 41, 40, 39, 264, 265),
        *(105, 273, 106, 104, 142, 425, 426, 427, 428, 429, 430, 442),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_calls(*, network: bool) -> bool:
    """Refuse this thread, and all that it starts, what they have no use for; whether it holds now."""
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    refused = (*_REFUSED[machine], *(() if network else (_SOCKET[machine],)))
    steps = _steps(_MACHINES[machine], refused)
    program = _Program(len(steps), b"".join(steps))
    library = ctypes.CDLL(None, use_errno=True)
    try:
        keep_privileges()
    except OSError:
        return False
    return not library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _steps(machine: int, refused: tuple[int, ...]) -> list[bytes]:
    """The filter: a step is a code, how many steps to pass over when true and when false, and a value."""
    compared = [_step(_AT_LEAST, len(refused) + 1, 0, _X32_FROM)]
    compared += [_step(_EQUAL, len(refused) - at, 0, number) for at, number in enumerate(refused)]
    return [
        _step(_LOAD, 0, 0, _MACHINE_AT),
        _step(_EQUAL, 1, 0, machine),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, _NUMBER_AT),
        *compared,
        _step(_RETURN, 0, 0, _ALLOW),
        _step(_RETURN, 0, 0, _REFUSE),
    ]


def _step(code: int, when_true: int, when_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)

"""Processes of tests, none of which outlives its test or holds it up."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, AnyStr

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


@contextmanager
def ended(process: subprocess.Popen[AnyStr]) -> Iterator[subprocess.Popen[AnyStr]]:
    """A process that is over after the block: it is waited for, or ended where the block failed.

    `subprocess.Popen` by itself waits for the process whatever happened. Where the block failed nobody told the process
    to stop, and what a time limit ended once is not ended a second time: such a test would stand for ever.
    """
    try:
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
    finally:
        process.kill()

"""A judge for the child process that misbehaves as the document's text says."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, cast

from pyroaring import BitMap

from core.errors import HinomiError
from incidents.findings import NewFinding
from judging.judge import Judged

if TYPE_CHECKING:
    from pathlib import Path

    from judging.judge import Bench, Verdicts

held: list[bytearray] = []


class BadVerdicts:
    """Does what it is told."""

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str) -> Judged:
        """Leak, clear, or trouble."""
        del name, media_type, charset
        word = content.decode() if isinstance(content, bytes) else content.read_text()
        if word == "hang":
            time.sleep(600)
        if word == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "fat":
            held.append(bytearray(b"x" * (400 << 20)))
            time.sleep(600)
        if word == "exit":
            os._exit(7)
        if word == "error":
            raise ValueError("架空 一郎 090-0000-0001")
        if word == "refuse":
            raise HinomiError("it is no document")
        return Judged(NewFinding("leak" if word == "leak" else "clear", members=BitMap([1, 2, 3])), 1)


def open_bad(bench: Bench) -> Verdicts:
    """In place of `judging.judge.open_verdicts`."""
    del bench
    return cast("Verdicts", BadVerdicts())

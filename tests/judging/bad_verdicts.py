"""A judge for the child process that misbehaves as the document's text says."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, cast

import numpy as np

from core.errors import HinomiError
from judging.judge import Judged, open_verdicts
from matcher.finding import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.judge import Verdicts
    from matcher.finding import Verdict

held: list[bytearray] = []


class BadVerdicts:
    """Does what it is told."""

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str, plainly: bool) -> Judged:  # noqa: FBT001
        """Leak, clear, or trouble."""
        del name, media_type, charset, plainly
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
        members, days = np.array([1, 2, 3], np.uint32), np.zeros(3, np.uint16)
        sure = np.ones(3, np.float32)
        verdict: Verdict = "leak" if word == "leak" else "clear"
        found = Finding(verdict, 1.0, 3, 3, members=members, confidences=sure, since=days, until=days)
        return Judged(found, [], 1)


def open_bad(bench: Bench, key: Key) -> Verdicts:
    """In place of `judging.judge.open_verdicts`."""
    del bench, key
    return cast("Verdicts", BadVerdicts())


class TailVerdicts:
    """Reads as ever, but that a document with a tail of the word ``TAIL`` ends the reading of its structure."""

    def __init__(self, inner: Verdicts) -> None:
        self._inner = inner

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str, plainly: bool) -> Judged:  # noqa: FBT001
        """The verdict; trouble where it has that tail."""
        text = content if isinstance(content, bytes) else content.read_bytes()
        if text.endswith(b"TAIL") and not plainly:
            os.kill(os.getpid(), signal.SIGSEGV)
        if text.endswith(b"FAT TAIL!"):
            held.append(bytearray(1 << 40))
        return self._inner.judge(name, content, media_type, charset, plainly)


def open_tailed(bench: Bench, key: Key) -> Verdicts:
    """In place of `judging.judge.open_verdicts`."""
    return cast("Verdicts", TailVerdicts(open_verdicts(bench, key)))

"""A judge that tries what it should not be able to do, and says in its finding what was open."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, cast

from judging.judge import Judged
from matcher.finding import Finding
from tests.core.processes.prying import OPEN, throw, tries

if TYPE_CHECKING:
    from pathlib import Path

    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.judge import Verdicts


class PryingVerdicts:
    """The document says which files and which port to try."""

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str, plainly: bool) -> Judged:  # noqa: FBT001
        """What was open, as the finding's limits."""
        del name, media_type, charset, plainly
        files, port = json.loads(content if isinstance(content, bytes) else content.read_bytes())
        found = [name for name, how in tries(files, port).items() if how == OPEN]
        return Judged(Finding("clear", 1.0, 0, limits=tuple(sorted(found))), [], 1)


def open_prying(bench: Bench, key: Key) -> Verdicts:
    """In place of `judging.judge.open_verdicts`."""
    del bench, key
    return cast("Verdicts", PryingVerdicts())


class ThrowingVerdicts:
    """The document names a file that a hostile pickle is to make where it is unpickled."""

    def judge(self, name: str, content: bytes, media_type: str, charset: str, plainly: bool) -> Judged:  # noqa: FBT001
        """Sends the pickle past the one that would have sent a verdict, on its line."""
        del name, media_type, charset, plainly
        for descriptor in range(3, 64):
            try:
                throw(Connection(descriptor), content.decode())
            except OSError:
                continue
        return Judged(Finding("clear", 1.0, 0), [], 1)


def open_throwing(bench: Bench, key: Key) -> Verdicts:
    """In place of `judging.judge.open_verdicts`."""
    del bench, key
    return cast("Verdicts", ThrowingVerdicts())

"""The child that judges, from within: it opens the index behind its walls and answers one document after another.

What that takes is imported here, while the process that started it is still at its own beginning.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import HinomiError
from core.processes.failures import failure_of
from core.processes.walls.limits import limit_memory, limit_processor
from judging.words import FAILED, FAR, JUDGED, LOOK, LOOKED, PASSAGE, READY, REFUSED, SWOLLEN, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.judge import Judged
    from matcher.far_helpers import Exchange


class Opened(Protocol):
    """What the child has opened, and gives verdicts by."""

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str, plainly: bool) -> Judged:  # noqa: FBT001
        """The verdict over one document, and what else was asked for."""
        ...


def serve(line: Connection, open_judge: Callable[[Bench, Key], Opened] | None) -> None:
    """The child: be handed bench and key, say that the index is open, then answer one document after another."""
    from judging.answers import ANSWERS
    from judging.judge import open_verdicts
    from matcher.readers import load_readers

    load_readers()
    try:
        bench, key = line.recv()
    except EOFError:
        return
    try:
        verdicts = (open_judge or open_verdicts)(bench, key)
    except HinomiError as error:
        line.send_bytes(ANSWERS.pack((REFUSED, failure_of(error))))
        return
    limit_memory(bench.memory_mib)  # from here on: the index is mapped, nothing hostile was read
    line.send_bytes(ANSWERS.pack((READY, None)))
    while True:
        try:
            question = line.recv()
        except EOFError:
            return
        limit_processor(bench.document_s * (os.cpu_count() or 1))
        line.send_bytes(ANSWERS.pack(_verdict(verdicts, question, partial(_exchange, line))))


def _exchange(line: Connection, packed: bytes | None) -> list[bytes | None]:
    """Hand a passage up, and take down what is due."""
    from judging.answers import ANSWERS

    line.send_bytes(ANSWERS.pack((PASSAGE, packed)))
    due: list[bytes | None] = line.recv()
    return due


def _asked(verdicts: Any, question: tuple[Any, ...], exchange: Exchange) -> tuple[str, object]:
    from matcher.far_helpers import FarHelpers

    word, *about = question if len(question) == 2 else ("", question)  # noqa: PLR2004  # a word, and what it is about
    if word == LOOK:
        return LOOKED, verdicts.look(*about)
    if word == FAR:
        return JUDGED, verdicts.judge(*about[0], far=FarHelpers(exchange))
    return JUDGED, verdicts.judge(*about[0])


def _verdict(verdicts: Any, question: tuple[Any, ...], exchange: Exchange) -> tuple[str, object]:
    """The word and the value for one document, or for one passage."""
    try:
        return _asked(verdicts, question, exchange)
    except EOFError:
        raise  # whoever carries passages is gone, and nobody waits for a verdict
    except HinomiError as error:
        return FAILED, str(error)
    except MemoryError:
        return SWOLLEN, None
    except Exception as error:  # noqa: BLE001  # the edge of the child: any document may do anything
        if isinstance(error, OSError) and isinstance(question[1], Path):
            return UNREADABLE, error.strerror or type(error).__name__
        return FAILED, f"the matcher failed with {type(error).__name__}"

"""Parts of a file that are worked on elsewhere: who asks for it, how a child answers them, and what an answer says.

A part is bytes that say all its answer depends on beside key and index. Whoever carries one reads neither it nor its
answer; each kind of part has its own module that packs it (`custody.enrolment.parts`, `trails.far_lines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from core.errors import HinomiError
from core.processes.failures import error_of, failure_of
from core.processes.plain import ForgedMessageError, Plain
from core.processes.worker import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

OPENED: Final = Plain()
"""How a child says, before its first answer, whether it could open what its work needs."""


class FarReaders(Protocol):
    """Those who work on parts of a file elsewhere."""

    def answers(self, jobs: Iterator[tuple[bytes, str]], generation: Path | None) -> Iterator[tuple[bytes, str]]:
        """The answers to packed parts, in their order, and where each is.

        Args:
            jobs: The parts, and in words where each is, for a message about it.
            generation: The folder of the index generation that they depend on; none where they depend on none.
        """
        ...


def serve_parts(line: Connection, answers: Plain, open_work: Callable[[], Callable[[bytes], object]]) -> None:
    """A child that works on parts: say whether it is ready, then answer one part after another.

    Args:
        line: To its parent.
        answers: Packs what a part gives.
        open_work: Opens what the work needs, and gives what is done with each packed part.
    """
    try:
        work = open_work()
    except HinomiError as error:
        line.send_bytes(OPENED.pack((None, failure_of(error))))
        return
    line.send_bytes(OPENED.pack((None, None)))
    while True:
        try:
            packed = line.recv_bytes()
        except EOFError:
            return
        line.send_bytes(answers.pack(_answer(work, packed)))


def _answer(work: Callable[[bytes], object], packed: bytes) -> tuple[object, dict[str, Any] | str | None]:
    """What a part gives, and what went wrong: of an error that is not ours its kind alone, since it may show values."""
    try:
        return work(packed), None
    except HinomiError as error:
        return None, failure_of(error)
    except Exception as error:  # noqa: BLE001  # the edge of the process: whoever asked is told
        return None, type(error).__name__


def given_by(answers: Plain, said: bytes, at: str) -> Any:
    """What a part gave; of which kind that is, its caller looks at.

    Args:
        answers: Unpacks it.
        said: The answer to the part.
        at: Where it is, in words.

    Raises:
        HinomiError: What the work itself raised.
        WorkerError: The work failed.
        ForgedMessageError: That is no answer.
    """
    answer = answers.unpack(said)
    if not isinstance(answer, tuple) or len(answer) != 2:  # noqa: PLR2004  # what it gave, and what went wrong
        raise ForgedMessageError("no answer to a part of a file")
    given, failure = answer
    if isinstance(failure, dict):
        raise error_of(failure)
    if failure:
        raise WorkerError(f"a worker at {at} failed with {failure}")
    return given

"""A worker's side: is it set up for a unit, and what is the verdict over its document, or what a passage or part gives.

The document is judged as on one machine, in a child with walls and limits (`judging.child`), under this worker's own
key; a part of a list or of a log is read in one likewise (`cluster.part_reader`). Nothing that a unit says is believed
before it opened under that key.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any, Final

from cluster.hashes import FileHashes
from cluster.part_reader import PartReader
from cluster.units import DONE, HANDED_BACK, INPUT, REFUSED, REPLIES, UNITS, AskedPart, AskedPassage, Envelope, Unit
from cluster.versions import stand_of
from core.errors import HinomiError
from home import Home
from judging.answers import ANSWERS
from judging.bench import Bench
from judging.child import ChildJudge, JudgingError, Question, UnreadableError
from judging.words import FAILED, JUDGED, LOOKED, UNREADABLE

if TYPE_CHECKING:
    from cluster.units import Asked
    from cluster.versions import Stand
    from core.settings import Settings

LABOUR: Final = "hinomi"
"""The name of the plugin under which a worker of the engine keeps its `Labour`."""

POLL_S: Final = 0.05


class RefusalError(HinomiError):
    """This worker may not, or cannot, do a unit; never leaves this module's callers but as plain data."""

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why)
        self.why = why
        self.values = values


def do_unit(packed: bytes) -> bytes:
    """What the engine calls: by its name, with bytes, for bytes."""
    from distributed.worker import get_worker

    worker = get_worker()
    plugin: Any = worker.plugins[LABOUR]
    return bytes(plugin.do(packed, at=worker.address))


class Labour:
    """What one worker process judges with; one unit at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inputs = [Path(folder).expanduser().resolve() for folder in settings.cluster.inputs]
        self._lock = Lock()
        self._stopping = Event()
        self._judge: ChildJudge | None = None
        self._parts = PartReader()
        self._opened_for: tuple[Bench, str, Thread] | None = None

    def do(self, packed: bytes, at: str = "") -> bytes:
        """The reply to a unit, as plain data: `DONE` with a sealed answer, or another word and why."""
        with self._lock:
            try:
                word, value = (HANDED_BACK, {}) if self._stopping.is_set() else self._reply(packed, at)
            except Exception:
                if not self._stopping.is_set():
                    raise
                word = HANDED_BACK
            return REPLIES.pack((HANDED_BACK, {}) if self._stopping.is_set() else (word, value))

    def stop(self) -> None:
        """Hand back what is in hand: its child is ended as often as one is begun; what comes of that is no verdict."""
        self._stopping.set()
        while not self._lock.acquire(timeout=POLL_S):
            if self._judge is not None:
                self._judge.close()
            self._parts.interrupt()
        self._lock.release()

    def close(self) -> None:
        """Leave no child and no folder behind."""
        with self._lock:
            self._put_down()
            self._parts.close()

    def _reply(self, packed: bytes, at: str) -> tuple[str, object]:
        try:
            return DONE, self._do(UNITS.unpack(packed))
        except RefusalError as refusal:
            return REFUSED, {"why": refusal.why, "worker": at, **refusal.values}
        except HinomiError as error:  # its key, its index, its disk: whatever it is, it is this worker's trouble
            return REFUSED, {"why": "broken", "worker": at, "detail": str(error)}

    def _do(self, unit: Unit) -> bytes:
        key = Home.of(self._settings).load_key()
        if key.id != unit.stand.key_id:
            raise RefusalError("key", got=key.id, expected=unit.stand.key_id)
        generation = self._generation(unit.stand)
        envelope = Envelope(key)
        asked, content = envelope.asked(unit)
        if isinstance(asked, AskedPart):
            return envelope.seal(unit.name, "answer", self._parts.read(content, asked.of, generation, key))
        if generation is None:
            raise RefusalError("generation", expected="")
        if isinstance(asked, AskedPassage):
            answer = _look(self._judge_with(generation, asked, key.id), content)
        else:
            answer = self._answered(generation, asked, content, key.id)
        return envelope.seal(unit.name, "answer", ANSWERS.pack(answer))

    def _generation(self, wanted: Stand) -> Path | None:
        """The folder of the wanted generation, which is exactly that one; none where none is wanted."""
        folder = self._settings.index_dir / Path(wanted.generation).name if wanted.generation else None
        try:
            mine = stand_of(folder, wanted.key_id)
        except OSError:
            raise RefusalError("generation", expected=wanted.generation) from None
        if mine.code != wanted.code:
            raise RefusalError("code")
        if mine.manifest != wanted.manifest:
            raise RefusalError("generation", expected=f"{wanted.generation} ({wanted.manifest[:12]})")
        return folder

    def _document(self, asked: Asked, content: bytes | str, hashes: FileHashes) -> bytes | Path:
        """The document, which is exactly the one that was meant."""
        if isinstance(content, bytes):
            return content
        path = Path(content).resolve()
        if not any(path.is_relative_to(folder) for folder in self._inputs):
            raise RefusalError(INPUT)
        try:
            found = hashes.of(path)
        except OSError:
            raise RefusalError(INPUT) from None
        if found != asked.digest:
            raise RefusalError(INPUT)
        return path

    def _answered(self, generation: Path, asked: Asked, content: bytes | str, key_id: str) -> tuple[str, object]:
        """What the child says of a document, which is the one that was meant until it has been read."""
        hashes = FileHashes()
        document = self._document(asked, content, hashes)
        answer = _answer(self._judge_with(generation, asked, key_id), asked, document)
        if isinstance(document, Path) and not hashes.is_still(document, asked.digest):
            raise RefusalError(INPUT)  # what the child read has no name
        return answer

    def _judge_with(self, generation: Path, asked: Asked | AskedPassage, key_id: str) -> ChildJudge:
        bench = replace(
            Bench.of(self._settings), generation=generation, document_bytes=asked.document_bytes,
            document_s=asked.document_s,
        )  # fmt: skip
        if self._judge is None or self._opened_for != (bench, key_id, current_thread()):
            self._put_down()
            self._judge = ChildJudge(bench, reads=self._inputs).__enter__()
            self._opened_for = bench, key_id, current_thread()  # with which the child ends
        return self._judge

    def _put_down(self) -> None:
        if self._judge is not None:
            self._judge.__exit__(None, None, None)
        self._judge = None


def _answer(judge: ChildJudge, asked: Asked, document: bytes | Path) -> tuple[str, object]:
    """The word and the value, as the child itself says them."""
    content = document if isinstance(document, Path) else [document]
    question = Question(asked.name, content, asked.size_bytes, asked.media_type, asked.charset, asked.gone)
    try:
        return JUDGED, judge.judge(question)
    except UnreadableError as error:
        return UNREADABLE, str(error)
    except JudgingError as error:
        return FAILED, str(error)


def _look(judge: ChildJudge, passage: bytes | str) -> tuple[str, object]:
    """The word and the value, likewise."""
    if not isinstance(passage, bytes):
        return FAILED, "a passage is sent as it is"
    try:
        return LOOKED, judge.look(passage)
    except JudgingError as error:
        return FAILED, str(error)

"""A unit of work: a document to be judged, a passage of a large one, or a part of a list or of a log to be read.

It is named by what it depends on, and sealed for those who hold the key.

The engine that carries units sees a name, sizes, and which key, generation and program are wanted. Name and seal come
from sub-keys of the master key (HKDF, RFC 5869; AES-SIV, RFC 5297), so that it can tell no document by its hash, read
none, and make up neither a question nor an answer. Answers are the plain data that the child says, and are looked at
like it (`judging.answers`, `core.processes.far_parts`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cluster.versions import Stand
from core.processes.plain import ForgedMessageError, Plain

if TYPE_CHECKING:
    from fingerprints.secrets.keys import Key

FORMAT: Final = 4
"""Of names, questions and answers: raise it when one of them changes its meaning."""
DONE, REFUSED, HANDED_BACK = "done", "refused", "handed-back"
"""A sealed answer; none, since the worker is set up otherwise or cannot read the file; none, since it is to stop."""
INPUT: Final = "input"
"""Why it was refused: the worker does not see that file, or another content in its place."""
CUSTOMERS, ACCESS_LOG = "customers", "access-log"
"""What a part is of, which says what is done with it."""
_SIV_BYTES: Final = 64
_NAME_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a worker: a document, by its content or by where all workers see it, and the bounds on it."""

    name: str
    digest: str
    size_bytes: int
    media_type: str
    charset: str
    gone: tuple[int, int, float, float]
    document_bytes: int
    document_s: float


@dataclass(frozen=True, slots=True)
class AskedPassage:
    """What is asked of a worker instead: one passage of a document that the asking side reads, and the bounds on it."""

    document: str
    number: int
    digest: str
    document_bytes: int
    document_s: float


@dataclass(frozen=True, slots=True)
class AskedPart:
    """What is asked of a worker instead: one part of a list or of a log, by the run and its number in the file."""

    of: str
    run: str
    number: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What goes to a worker: the name of the unit, what it has to be done with, and the question, sealed."""

    name: str
    stand: Stand
    sealed: bytes


AnyAsked: TypeAlias = Asked | AskedPassage | AskedPart
UNITS: Final = Plain(Unit, Stand)
QUESTIONS: Final = Plain(Asked, AskedPassage, AskedPart)
REPLIES: Final = Plain()
_NAMED: Final = Plain(Asked, AskedPassage, Stand, AskedPart)


class Envelope:
    """Names units, and seals what belongs to them, under one master key."""

    def __init__(self, key: Key) -> None:
        self._siv = AESSIV(key.derive("cluster-seal", _SIV_BYTES))
        self._naming = key.derive("cluster-name", _NAME_BYTES)

    def name_of(self, asked: AnyAsked, stand: Stand) -> str:
        """The same for the same work, whoever names it, and nothing to anybody without the key."""
        said = _NAMED.pack([FORMAT, asked, stand])
        return hashlib.blake2b(said, key=self._naming, digest_size=_NAME_BYTES).hexdigest()

    def unit(self, asked: AnyAsked, stand: Stand, content: bytes | str) -> Unit:
        """A unit; its content, or, of a document, its path on every machine."""
        name = self.name_of(asked, stand)
        return Unit(name, stand, self.seal(name, "question", QUESTIONS.pack([asked, content])))

    def asked(self, unit: Unit) -> tuple[AnyAsked, bytes | str]:
        """The question of a unit, and the content or the path of its document.

        Raises:
            ForgedMessageError: Nobody who holds the key asked that, or under another name.
        """
        asked, content = QUESTIONS.unpack(self.open(unit.name, "question", unit.sealed))
        if not isinstance(asked, AnyAsked) or self.name_of(asked, unit.stand) != unit.name:
            raise ForgedMessageError("a unit under a name that is not its own")
        return asked, content

    def seal(self, name: str, what: str, said: bytes) -> bytes:
        """Something that belongs to a unit and is one thing of it."""
        return self._siv.encrypt(said, [name.encode(), what.encode()])

    def open(self, name: str, what: str, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            ForgedMessageError: It is not that, or not of this unit.
        """
        try:
            return self._siv.decrypt(sealed, [name.encode(), what.encode()])
        except (InvalidTag, ValueError, TypeError):
            raise ForgedMessageError(f"the {what} of a unit does not open under this key") from None

"""What the child that judges may say: plain data of a few classes, looked at before anything is made of it.

The child reads what an enemy wrote. Whoever got hold of it can say anything, and what he says is held to what a finding
can be: a verdict that there is, and arrays that fit each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from core.processes.plain import ForgedMessageError, Plain
from judging.judge import Judged
from judging.words import FAILED, JUDGED, LOOKED, PASSAGE, UNREADABLE
from matcher.finding import Finding, Match, Verdict
from matcher.left import Left

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANSWERS: Final = Plain(Judged, Finding, Match, Left)
LEFT_FILE: Final = "left"
"""In the child's own folder: what may stay of a document."""
LONGEST_REASON: Final = 300
_VERDICTS: Final = frozenset(get_args(Verdict))


def answer_of(data: bytes) -> tuple[str, Any]:
    """The word and what belongs to it.

    Raises:
        ForgedMessageError: No child of ours says that.
    """
    said = ANSWERS.unpack(data)
    if not (isinstance(said, tuple) and len(said) == 2 and isinstance(said[0], str)):  # noqa: PLR2004  # a pair
        raise ForgedMessageError("an answer is a word and what belongs to it")
    word, value = said
    if word == JUDGED:
        _check(value)
    elif word in {PASSAGE, LOOKED}:
        if not (isinstance(value, bytes) or (value is None and word == PASSAGE)):
            raise ForgedMessageError(f"the word {word!r} comes with bytes, not with {type(value).__name__}")
    elif word in {FAILED, UNREADABLE} and not isinstance(value, str):
        raise ForgedMessageError(f"the word {word!r} comes with a sentence, not with {type(value).__name__}")
    return word, value[:LONGEST_REASON] if isinstance(value, str) else value


def _check(judged: object) -> None:
    """A verdict that could be one.

    Raises:
        ForgedMessageError: It could not.
    """
    finding = judged.finding if isinstance(judged, Judged) else None
    if not isinstance(judged, Judged) or not isinstance(finding, Finding) or finding.verdict not in _VERDICTS:
        raise ForgedMessageError("a verdict that there is not")
    sides = (finding.members, finding.confidences, finding.since, finding.until)
    if not all(isinstance(side, np.ndarray) and side.shape == finding.members.shape for side in sides):
        raise ForgedMessageError("arrays of a finding that do not fit each other")
    if finding.members.dtype != np.uint32 or not _is_ascending(finding.members):
        raise ForgedMessageError("members of a finding that are no ascending numbers")
    if not all(isinstance(match, Match) for match in finding.matches):
        raise ForgedMessageError("matches of a finding that are none")
    if judged.left is not None and not (isinstance(judged.left, Left) and judged.left.file in {"", LEFT_FILE}):
        raise ForgedMessageError("a file of what is left that is not where it has to be")


def _is_ascending(members: NDArray[np.uint32]) -> bool:
    return bool((members[1:] > members[:-1]).all())

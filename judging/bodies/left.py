"""In the child that judges: what may stay of a document, tried and proved by looking at it again.

A way of writing it counts only when every customer who was found in the whole is found in what is left, and exactly as
sure. Of ways that do, the one wins that leaves the fewest strangers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from judging.answers import LEFT_FILE
from judging.judge import Judged, open_verdicts
from matcher.document import Document, Gone
from matcher.left import LINES, Left, ways_of
from matcher.match import match_document

if TYPE_CHECKING:
    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.judge import Verdicts
    from matcher.finding import Finding

MOST_OURS: Final = 300_000
"""Customers of ours whose rows are looked for one by one: beyond it the list is ours as a whole."""
MOST_BESIDE: Final = 0.05
"""Strangers for each customer of ours, beyond which what is left is not ours: they stand in the very lines of ours."""
AS_SURE: Final = 1e-6
LEFT_NAME, LEFT_TYPE, LEFT_CHARSET = "left.txt", "text/plain", "utf-8"
"""What an extract is called when it is looked at."""


@dataclass(frozen=True, slots=True)
class PurgeVerdicts:
    """Gives verdicts together with what may stay; it stands in the child's folder, where it writes that."""

    verdicts: Verdicts

    def judge(self, name: str, content: bytes | Path, media_type: str, charset: str, plainly: bool = False) -> Judged:  # noqa: FBT001, FBT002  # as it comes over the line
        """The verdict over a document, and the file `LEFT_FILE` if anything of ours stays."""
        document = Document(name, content, media_type or None, charset or None)
        found = self._match(document)
        left = Left(rows=found.units, people=found.people, ours=found.subjects)
        if found.subjects and found.subjects <= MOST_OURS and not plainly:
            left = self._best(document, found, left)
        return Judged(replace(found, matches=()), [], self.verdicts.index.generation, left)

    def _best(self, document: Document, found: Finding, left: Left) -> Left:
        kept, tried = Path(LEFT_FILE).absolute(), Path(LEFT_FILE + ".tried").absolute()
        kept.unlink(missing_ok=True)
        for form, write in ways_of(document, found, self.verdicts.limits):
            with tried.open("w", encoding="utf-8", errors="replace", newline="") as out:
                if not write(out):
                    continue
            as_it_is = left_document(document, tried, form)
            alone = self._match(as_it_is)
            strangers = alone.people - alone.subjects
            if strangers > MOST_BESIDE * found.subjects or (left.file and strangers >= left.strangers):
                continue
            fewer = (max(0, found.units - alone.units), max(0, found.people - alone.people))
            gone = Gone(*fewer, found.rate, found.listed)
            if _is_same(found, self._match(replace(as_it_is, gone=gone))):
                tried.replace(kept)
                left = replace(
                    left, form=form, file=LEFT_FILE, strangers=strangers,
                    gone=(gone.units, gone.people, gone.rate, gone.listed),
                )  # fmt: skip
            if left.file and not left.strangers:
                break
        tried.unlink(missing_ok=True)
        return left

    def _match(self, document: Document) -> Finding:
        verdicts = self.verdicts
        limits = replace(verdicts.limits, listed_matches=MOST_OURS)
        return match_document(
            document, verdicts.index, verdicts.digester, verdicts.kinds, limits, processes=verdicts.processes
        )


def left_document(whole: Document, content: Path, form: str) -> Document:
    """What is left as it is looked at: lines are what the whole was, an extract is a text of ours."""
    if form == LINES:
        return Document(whole.name, content, whole.media_type, LEFT_CHARSET)
    return Document(LEFT_NAME, content, LEFT_TYPE, LEFT_CHARSET)


def open_purging(bench: Bench, key: Key) -> PurgeVerdicts:
    """Open the index for this; raises its errors."""
    return PurgeVerdicts(open_verdicts(bench, key))


def _is_same(whole: Finding, left: Finding) -> bool:
    return bool(np.array_equal(whole.members, left.members)) and bool(
        np.allclose(whole.confidences, left.confidences, rtol=0, atol=AS_SURE)
    )

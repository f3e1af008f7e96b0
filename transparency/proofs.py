"""Proofs to take away: that an entry is in the log, and that one signed head goes on from another.

A proof is one JSON object, checked by `check_proof.py` beside this file, which needs nothing of Hinomi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from transparency.entries import read_logged
from transparency.errors import NoEntryError
from transparency.kinds import KINDS
from transparency.merkle import consistency_path, inclusion_path, root_of
from transparency.models import LogHead, LogLeaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

VERSION: Final = 1
STREAMED: Final = 10_000


def prove_inclusion(session: Session, kind: str, row_id: int) -> dict[str, Any]:
    """That a row's entry is a leaf under the first signed head that covers it.

    Raises:
        NoEntryError: The log holds no such entry, no head covers it yet, or its row is no longer what was logged.
    """
    where = (LogLeaf.kind == kind, LogLeaf.row_id == row_id)
    leaf = session.scalar(select(LogLeaf).where(*where).order_by(LogLeaf.position.desc()).limit(1))
    if leaf is None:
        raise NoEntryError(
            "unknown", f"the log holds no {kind} {row_id}", hint=f"Kinds of entries: {', '.join(KINDS)}."
        )
    head = session.scalar(select(LogHead).where(LogHead.size > leaf.position).order_by(LogHead.size).limit(1))
    if head is None:
        raise NoEntryError(
            "unsigned",
            f"no signed head covers {kind} {row_id} yet (leaf {leaf.position})",
            hint="Sign one: hinomi log publish",
        )
    entry = read_logged(session, KINDS[kind], {row_id: leaf.hash}).get(row_id)
    if entry is None:
        raise NoEntryError("changed", f"{kind} {row_id} is no longer what was logged", hint="Run `hinomi verify`.")
    leaves = _leaves(session, head.size)
    return {
        "hinomi_proof": VERSION, "proves": "inclusion", "entry": entry.decode(), "leaf": leaf.position,
        "size": head.size, "root": head.root, "path": _hex(inclusion_path(leaves, leaf.position)), "note": head.note,
    }  # fmt: skip


def prove_consistency(session: Session, first: int, second: int) -> dict[str, Any]:
    """That the log of ``second`` leaves begins with the log of ``first``, with the heads signed at those sizes.

    Raises:
        NoEntryError: The log was never that large, or the sizes are in the wrong order.
    """
    leaves = _leaves(session, second)
    if not 0 < first < second <= len(leaves):
        raise NoEntryError(
            "sizes",
            f"there is no proof from {first} to {second} leaves (there are {len(leaves)})",
            hint="Sizes are those of signed heads: hinomi log heads",
        )
    notes = [head.note if (head := session.get(LogHead, size)) else "" for size in (first, second)]
    roots = [root_of(leaves[:size]).hex() for size in (first, second)]
    return {
        "hinomi_proof": VERSION, "proves": "consistency", "first_size": first, "first_root": roots[0], "size": second,
        "root": roots[1], "path": _hex(consistency_path(leaves, first)), "first_note": notes[0], "note": notes[1],
    }  # fmt: skip


def _leaves(session: Session, size: int) -> Sequence[bytes]:
    asked = select(LogLeaf.hash).where(LogLeaf.position < size).order_by(LogLeaf.position)
    return list(session.scalars(asked.execution_options(yield_per=STREAMED)))


def _hex(path: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in path]

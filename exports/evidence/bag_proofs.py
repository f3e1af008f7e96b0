"""Proofs for a bag: each entry of the log under one signed head; what must stay masked is known by its hash alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from exports.errors import ExportFailedError
from exports.evidence.disk_tree import DiskTree
from transparency.entries import read_logged
from transparency.heads import latest_head
from transparency.kinds import KINDS
from transparency.models import LogLeaf
from transparency.proofs import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exports.material import ExportMaterial
    from transparency.models import LogHead

AT_ONCE: Final = 500
_STREAMED: Final = 10_000
_SAFE: Final = frozenset({"sha256", "happened_at", "learned_at", "root", "uuid", "kind", "actor", "source", "key"})
"""Columns and data of an event that hold no word of a stranger."""


class BagProofs:
    """Makes proofs of the entries of one log, as of its last signed head."""

    def __init__(self, material: ExportMaterial) -> None:
        self._material = material
        self._session = material.session
        self._unproved: set[tuple[str, int]] = set()
        head = latest_head(self._session)
        if head is None:
            raise ExportFailedError("no_head")
        self.head: LogHead = head
        asked = select(LogLeaf.hash).where(LogLeaf.position < head.size).order_by(LogLeaf.position)
        leaves = self._session.scalars(asked.execution_options(yield_per=_STREAMED))
        self._tree = DiskTree(material.folder / "tree", leaves)
        if self._tree.root().hex() != head.root:
            self._tree.close()
            raise ExportFailedError("broken_log")

    def close(self) -> None:
        """Let go of the tree."""
        self._tree.close()

    def of(self, kind: str, ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The proofs of some rows, by their numbers; what the log does not vouch for is counted."""
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            where = (LogLeaf.kind == kind, LogLeaf.row_id.in_(some))
            leaves = {leaf.row_id: leaf for leaf in self._session.scalars(select(LogLeaf).where(*where))}
            entries = read_logged(self._session, KINDS[kind], {row_id: leaf.hash for row_id, leaf in leaves.items()})
            for row_id in some:
                leaf, entry = leaves.get(row_id), entries.get(row_id)
                if leaf is None or leaf.position >= self.head.size:
                    self._material.tally.left_out["proofs_unsigned"] += 1
                elif entry is None:
                    self._unproved.add((kind, row_id))
                    self._material.tally.left_out["proofs_changed"] += 1
                else:
                    self._material.tally.taken["proofs"] += 1
                    yield row_id, self._proof(kind, leaf, entry)

    def leaves_of(self, kind: str, ids: Sequence[int]) -> dict[int, int]:
        """The places in the log of rows that it vouches for in this bag."""
        where = (LogLeaf.kind == kind, LogLeaf.row_id.in_(set(ids)), LogLeaf.position < self.head.size)
        places = self._session.execute(select(LogLeaf.row_id, LogLeaf.position).where(*where))
        return {row_id: position for row_id, position in places if (kind, row_id) not in self._unproved}

    def _proof(self, kind: str, leaf: LogLeaf, entry: bytes) -> dict[str, Any]:
        shown = self._material.wish.reveal or (kind == "event" and self._is_plain(entry))
        told = {"entry": entry.decode()} if shown else {"leaf_hash": leaf.hash.hex()}
        return {
            "hinomi_proof": VERSION, "proves": "inclusion", "of": f"{kind} {leaf.row_id}", **told,
            "leaf": leaf.position, "size": self.head.size, "root": self.head.root,
            "path": [step.hex() for step in self._tree.path(leaf.position)], "note": self.head.note,
        }  # fmt: skip

    def _is_plain(self, entry: bytes) -> bool:
        """Whether nothing of an event is masked on pages either."""
        event = json.loads(entry)
        data = event["data"] or {}
        if "address" in data or "author" in data or "title" in data:
            return False
        words = [one for name, value in data.items() if name not in _SAFE for one in _strings(value)]
        return all(self._material.masks.line(word) == word for word in words)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _SAFE:
                yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)

"""Leaves of an earlier version of a kind stay good: verified, and proved with the entry that was logged then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from transparency.entries import read_entries
from transparency.kinds import KINDS
from transparency.merkle import leaf_hash
from transparency.proofs import prove_inclusion

if TYPE_CHECKING:
    from tests.transparency.conftest import LogHome


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.version > 1])
def test_a_leaf_of_an_earlier_version_is_verified_and_proved(log_home: LogHome, kind: str) -> None:
    log_home.note()
    log_home.archive.hand_in(b"a page", "page.txt")
    log_home.append()
    with log_home.database.read() as session:
        entry = read_entries(session, KINDS[kind], [1], 1)[1]
    with log_home.database.engine.begin() as connection:  # as a home of then has it
        connection.execute(
            text("UPDATE log_leaves SET hash = :hash WHERE kind = :kind AND row_id = 1"),
            {"hash": leaf_hash(entry), "kind": kind},
        )
    log_home.publish()
    assert not log_home.verify().damages
    with log_home.database.read() as session:
        assert prove_inclusion(session, kind, 1)["entry"].encode() == entry

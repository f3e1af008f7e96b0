"""`hinomi archive`: what is kept of documents is decided by who may decide it on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actors import Role
from core.database import Database
from judging.bodies.errors import BodyRefusedError
from people.errors import NotAllowedError
from people.models import Account
from tests.cli.test_trails import Home

if TYPE_CHECKING:
    from pathlib import Path

DECISIONS = (["purge", "1", "--yes"], ["hold", "1"], ["lift", "1"])


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda words: words[0])
def test_bodies_are_purged_held_and_let_go_by_whom_the_table_lets(decision: list[str], tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run("init")
    words = ["archive", *decision, "--reason", "so that nobody sees it"]
    for role, refused in ((Role.DATA_OWNER, NotAllowedError), (Role.RESPONDER, BodyRefusedError)):
        database = Database(f"sqlite:///{home.path / 'hinomi.db'}")
        with database.write() as session:
            for account in session.scalars(select(Account)):
                account.roles = [role.value]
        database.close()
        with pytest.raises(refused):
            home.run(*words)

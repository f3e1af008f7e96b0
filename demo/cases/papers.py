"""A report from the first word to the office, as people write it in a case: written, approved by another, filed."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from people.accounts import as_actor, get_account
from reports.drafting import find_draft, save
from reports.filing import decide, file_version, hand_over, versions_of
from reports.filling import ReportSubject, fill
from reports.making import make_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from demo.cases.stage import Stage

WORDS = Path(__file__).parent / "words.toml"


@cache
def written_words() -> dict[str, Any]:
    """What people of the cases write: by case, form and item."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def spoken(case: str, name: str) -> str:
    """What people of a case say in a field, quoted for a command."""
    return quote(str(written_words()[case]["said"][name]))


class Papers:
    """The reports of one case about one incident."""

    def __init__(self, stage: Stage, case: str, incident_id: int) -> None:
        self._stage, self._case = stage, case
        self._about = ReportSubject(incident_id)

    def write(self, form: str, by: str) -> int:
        """Write every item and hand it over; gives the version's number."""
        stage = self._stage
        items = {name: {"text": text} for name, text in written_words()[self._case][form].items()}
        now = stage.clock.now()
        with stage.ctx.database.write() as session:
            actor = self._actor(session, by)
            draft = find_draft(session, form, self._about)
            draft = save(
                session, form, self._about, items, revision=draft.revision if draft else 0, actor=actor, now=now
            )
            report = fill(session, form, self._about, stage.ctx.settings, now=now, written=draft.items)
            files = make_all(report, stage.ctx.settings, now)
            return hand_over(session, report, self._about, files, actor=actor, now=now).number

    def approve(self, form: str, by: str) -> None:
        """Approve what waits."""
        with self._stage.ctx.database.write() as session:
            version = versions_of(session, form, self._about)[0]
            decide(
                session, version, approve=True, reason="", actor=self._actor(session, by), now=self._stage.clock.now()
            )

    def file(self, form: str, by: str, recipient: str, reference: str, *, meets: Sequence[str]) -> None:
        """Hand in what was approved, and meet its deadlines."""
        now = self._stage.clock.now()
        with self._stage.ctx.database.write() as session:
            version = versions_of(session, form, self._about)[0]
            file_version(
                session, version, recipient=recipient, reference=reference, at=now,
                actor=self._actor(session, by), now=now, meets=meets,
            )  # fmt: skip

    def _actor(self, session: Session, login: str) -> Actor:
        return as_actor(session, get_account(session, login), "demo", self._stage.clock.now())

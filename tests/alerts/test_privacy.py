"""No customer's value in any alert, log or message: a real leak is matched, then everything written is searched."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.delivery import open_post
from alerts.models import Message
from core.logs import configure_logs
from incidents import actions
from judging.child import ChildJudge
from judging.queue import Matching, match_waiting
from tests.actors import by
from tests.alerts.conftest import FakeSlack, Hooked, make_settings, run
from tests.judging.bad_verdicts import open_bad
from tests.small_carrier import PEOPLE, VALUES, archive, bench, enrolled_home, home, leak_text

if TYPE_CHECKING:
    from pathlib import Path

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from judging.bench import Bench

__all__ = ["archive", "bench", "enrolled_home", "home"]  # fixtures of the incidents' tests


@pytest.mark.parametrize("way", ["slack", "teams", "webhook"])
def test_no_value_is_in_what_goes_out_or_is_logged(
    database: Database, archive: Archive, bench: Bench, clock: SetClock, slack: FakeSlack, hooked: Hooked, home: Path,
    way: str, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    logged = io.StringIO()
    configure_logs(logged, "DEBUG")
    person = PEOPLE[0]
    archive.hand_in(leak_text().encode(), f"{person[1]} {person[6]}.txt")  # a title that gives somebody away
    archive.hand_in(b"error", f"{person[7]}.txt")
    with ChildJudge(bench) as judge:
        match_waiting(Matching(database, archive, judge, clock))
    archive.hand_in(b"error", "again.txt")
    archive.hand_in(b"crash", f"{person[7]}-2.txt")
    with ChildJudge(replace(bench, document_s=5), open_bad) as judge:
        for _ in range(3):
            match_waiting(Matching(database, archive, judge, clock))
    slack.misbehave("chat.postMessage", "500", 1)
    hooked.misbehave("500")
    alerts = slack.settings() if way == "slack" else hooked.settings(way)
    post = open_post(make_settings(home, alerts), database, clock)
    run(post)
    with database.write() as session:
        actions.note(session, 1, f"{person[1]} called", actor=by("suzuki"), now=clock.now())
        actions.act(session, 1, "dismiss", actor=by("suzuki"), reason=f"{person[7]} is a test", now=clock.now())
    for _ in range(4):
        run(post)
        clock.advance(timedelta(minutes=10))
    printed = capfd.readouterr()
    with database.read() as session:
        outbox = [str(vars(message)) for message in session.scalars(select(Message))]
    went_out = slack.messages or hooked.taken
    assert went_out
    assert "match.failed" in logged.getvalue()
    written = "\n".join(
        [logged.getvalue(), printed.out, printed.err, json.dumps(went_out, ensure_ascii=False), *outbox]
    )
    assert [value for value in VALUES if value in written] == []

"""Each step of a report is told once: in its incident's thread, or, of a quarter, in a message of its own; no words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.actors import SYSTEM, Role
from core.settings import load_settings
from people.accounts import add_account, change_account
from reports.filing import decide, file_version, hand_over, versions_of
from reports.filling import ReportSubject, fill
from reports.making import make_all
from tests.actors import by
from tests.alerts.conftest import run
from tests.incidents.makers import Leaked, take

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.delivery import PostRoom
    from core.clock import SetClock
    from tests.alerts.conftest import FakeSlack

SUZUKI, OWNER = by("suzuki", Role.RESPONDER), by("nakamura", Role.DATA_OWNER)
OTHER = by("sato", Role.RESPONDER)
SECRET = "架空 一郎"
STEPS = ("承認を待っています", "差し戻されました", "承認を待っています", "承認されました", "提出しました")


def whole_way(post: PostRoom, home: Path, form: str, about: ReportSubject, approver: Any) -> None:
    """Handed over, returned, handed over, approved, filed; what people type has a name in it."""
    settings, now = load_settings(home), post.clock.now()
    for approve in (False, True):
        with post.database.write() as session:
            report = fill(session, form, about, settings, now=now)
            hand_over(session, report, about, make_all(report, settings, now, ["md"]), actor=SUZUKI, now=now)
        run(post)
        with post.database.write() as session:
            version = versions_of(session, form, about)[0]
            decide(session, version, approve=approve, reason=SECRET, actor=approver, now=now)
        run(post)
    with post.database.write() as session:
        version = versions_of(session, form, about)[0]
        file_version(session, version, recipient=SECRET, reference=SECRET, at=now, actor=SUZUKI, now=now)
    run(post)
    run(post)


def test_steps_of_an_incident_s_report_stand_in_its_thread(
    post: PostRoom, slack: FakeSlack, home: Path, clock: SetClock
) -> None:
    taken = take(post.database, Leaked("a list", tuple(range(30))), now=clock.now())
    with post.database.write() as session:
        owner = add_account(session, "nakamura", roles=[Role.DATA_OWNER], extracts=["*"], actor=SYSTEM, now=clock.now())
        change_account(session, owner.login, slack="U0NAKAMURA", actor=SYSTEM, now=clock.now())
    run(post)
    whole_way(post, home, "rapid", ReportSubject(taken.incident_id), OWNER)
    told = [str(one) for one in slack.replies]
    assert [next((step for step in STEPS if step in one), "") for one in told] == list(STEPS)
    assert all(f"/incidents/{taken.incident_id}/reports/rapid/versions/" in one for one in told)
    assert ["<@U0NAKAMURA>" in one for one in told] == [True, False, True, False, False]
    assert SECRET not in str(slack.messages)


def test_steps_of_a_quarter_s_report_are_messages_of_their_own(post: PostRoom, slack: FakeSlack, home: Path) -> None:
    whole_way(post, home, "quarterly", ReportSubject(quarter="2026-Q3"), OTHER)
    told = [str(one) for one in slack.parents]
    assert [next((step for step in STEPS if step in one), "") for one in told] == list(STEPS)
    assert all("/reports/quarters/2026-Q3/quarterly/versions/" in one for one in told)
    assert SECRET not in str(slack.messages)

"""What happened first is told first: no message overtakes an earlier one of its incident."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.channels import Channel, Outgoing, Receipt
from alerts.delivery import PostRoom
from alerts.models import DETAIL, PENDING, SENT, Message
from alerts.outbox import Wording
from tests.alerts.conftest import run
from tests.incidents.makers import NOW, Leaked, take, wipe

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

MINUTES = 5


class _Recorder(Channel):
    """Takes everything, and knows in which order."""

    name: ClassVar[str] = "recorder"
    rank: ClassVar[int] = 1

    def __init__(self) -> None:
        self.sent: list[str] = []

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """Not from settings."""

    def compose(self, kind: str, alert: object) -> dict[str, Any]:
        """Nothing is read."""
        del kind, alert
        return {}

    def compose_notice(self, notice: object) -> dict[str, Any]:
        """Nothing is read."""
        del notice
        return {}

    def send(self, message: Outgoing) -> Receipt:
        """Always well."""
        self.sent.append(message.uuid)
        return Receipt(message.uuid)


def _queue(database: Database, incidents: list[int], waits: list[tuple[int, int]]) -> None:
    """Details of two incidents whose parents stand: for each its incident, and in how many minutes it may leave."""
    with database.write() as session:
        for number, (incident, minutes) in enumerate(waits):
            at = NOW + timedelta(minutes=minutes)
            session.add(
                Message(
                    uuid=f"{incident}:{number}", incident_id=incidents[incident], channel=_Recorder.name, kind=DETAIL,
                    payload={}, state=PENDING, created_at=NOW, next_at=at,
                )
            )  # fmt: skip
            session.flush()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waits=st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(0, MINUTES)), max_size=8))
def test_no_message_overtakes_an_earlier_one_of_its_incident(
    database: Database, clock: SetClock, waits: list[tuple[int, int]]
) -> None:
    wipe(database)
    leaks = Leaked("one", (1, 2, 3)), Leaked("two", (7, 8, 9))
    incidents = [take(database, leak).incident_id or 0 for leak in leaks]
    recorder = _Recorder()
    post = PostRoom(database, [recorder], Wording("en", "http://hinomi.example"), clock, 3)
    run(post)
    recorder.sent.clear()
    began = clock.now()
    _queue(database, incidents, waits)
    for minute in range(MINUTES + 1):
        clock.advance(began + timedelta(minutes=minute) - clock.now())
        run(post)
        due = {f"{i}:{n}" for n, (i, m) in enumerate(waits) if m <= minute}
        assert set(recorder.sent) <= due
    clock.advance(began - clock.now())
    numbers = [uuid.split(":") for uuid in recorder.sent]
    for _, mine in groupby(sorted(numbers, key=lambda one: one[0]), key=lambda one: one[0]):
        order = [int(number) for _, number in mine]
        assert order == sorted(order)
    with database.read() as session:
        states = set(session.scalars(select(Message.state).where(Message.kind == DETAIL)))
    assert states <= {SENT}

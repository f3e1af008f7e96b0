"""What both cases are told with: a home of their own, its people, a clock, and a line for every step.

Everything goes through what the pages and the commands go through; nothing is written past them.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from cli.keeping.init import make_home
from core.clock import DEFAULT_ZONE, SetClock, local
from core.errors import UsageError
from core.settings import SETTINGS_FILE
from core.texts import load_texts
from demo.carrier import write_csv
from demo.run import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from cli.context import Context
    from core.actors import Actor
    from core.texts import Texts
    from custody.register.history import Act
    from demo.people import MadeUpPerson

MARK: Final = "case.json"
RESPONDER, OWNER = PEOPLE[0][0], PEOPLE[1][0]
"""Who works on the incident, and who answers for the extracts: two people, since either needs the other."""
HOW: Final = "demo"
"""How the made-up people were let in, as it stands beside their deeds."""
ZONE: Final = ZoneInfo(DEFAULT_ZONE)
MORE_SETTINGS: Final = """
[people]
reveal_limit = 1000             # one person shows the whole leak: in the demo nobody has to wait for another

[reports]
organisation = "架空通信株式会社"
contact = "架空通信株式会社 情報セキュリティ部 CSIRT、csirt@carrier.example"
customer_contact = "お客様相談窓口、support@carrier.example（平日 9時から18時まで）"
"""


@dataclass(frozen=True, slots=True)
class ToldCase:
    """What a case came to.

    Attributes:
        case: Its name.
        incident: The incident.
        processor: The number of the processor whose supervision is to be looked at.
        pages: What is to be looked at, by what it is: paths of the web pages, beginning with ``/``.
        files: What was taken away, by what it is, below the home.
    """

    case: str
    incident: int
    processor: int
    pages: Mapping[str, str]
    files: Mapping[str, str]


class Story:
    """One case as it is told over a home of its own."""

    def __init__(self, ctx: Context, case: str) -> None:
        self.ctx, self.case = ctx, case
        self.home: Path = ctx.folder
        self.mark = self.home / MARK
        self.folder = self.home / "demo"
        self.began = time.monotonic()

    def texts(self) -> Texts:
        """The words of the story, in the language that commands speak now."""
        from cli.language import language

        return load_texts("demo", language())

    def before(self) -> ToldCase | None:
        """What was told here already.

        Raises:
            UsageError: The home is somebody else's, another case's, or was left in the middle.
        """
        if not self.mark.exists():
            if (self.home / SETTINGS_FILE).exists():
                raise UsageError(
                    f"{self.home} is a home folder that this case did not make",
                    hint="Give the case one of its own: --home DIR.",
                )
            return None
        known = json.loads(self.mark.read_text(encoding="utf-8"))
        if known["case"] != self.case or "incident" not in known:
            raise UsageError(
                f"{self.home} holds the case {known['case']}" + ("" if "incident" in known else ", told half"),
                hint="Give the case a home of its own: --home DIR.",
            )
        return ToldCase(**known)

    def make(self, more: str = "") -> None:
        """The home folder, and the people who work in it."""
        from core.actors import SYSTEM
        from people.accounts import add_account

        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.home.chmod(0o700)
        self.mark.write_text(json.dumps({"case": self.case}), encoding="utf-8")
        make_home(self.home, more_settings=MORE_SETTINGS + more, clock=self.ctx.clock)
        with self.ctx.database.write() as session:
            for login, roles, extracts in PEOPLE:
                add_account(session, login, roles=roles, extracts=extracts, actor=SYSTEM, now=self.now)

    def done(self, told: ToldCase) -> None:
        """The story is told: the next time it is not told again."""
        self.mark.write_text(
            json.dumps(
                {
                    "case": told.case, "incident": told.incident, "processor": told.processor,
                    "pages": dict(told.pages), "files": dict(told.files),
                }
            ),
            encoding="utf-8",
        )  # fmt: skip

    @property
    def now(self) -> datetime:
        """The moment the story has come to."""
        return self.ctx.clock.now()

    @property
    def today(self) -> date:
        """The day it is where the carrier is."""
        return local(self.now, DEFAULT_ZONE).date()

    def go_to(self, day: date, hour: int = 10, minute: int = 0) -> None:
        """Go on to a later moment, on the clocks where the carrier is; what happened before becomes a part of the log.

        Raises:
            ValueError: That moment is past, or the clock is none that can be set.
        """
        clock, at = self.ctx.clock, datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)
        if not isinstance(clock, SetClock) or at < clock.now():
            raise ValueError(f"the story stands at {clock.now()} and cannot go to {at}")
        self.ctx.append_to_log()
        clock.advance(at - clock.now())

    def tell(self, key: str, *, at: datetime | None = None, **values: object) -> None:
        """One line of the story, with its day."""
        day = f"{local(at or self.now, DEFAULT_ZONE):%Y-%m-%d %H:%M}"
        self.ctx.talk.print(f"{day}  {self.texts()(f'{self.case}.{key}', **values)}", markup=False, soft_wrap=True)

    def say(self, key: str, **values: object) -> None:
        """One line beside the story."""
        self.ctx.talk.print(self.texts()(key, **values), markup=False, soft_wrap=True)

    def actor(self, session: Session, login: str) -> Actor:
        """One of the made-up people, with their roles."""
        from people.accounts import as_actor, get_account

        return as_actor(session, get_account(session, login), HOW, self.now)

    def who(self, session: Session, login: str) -> dict[str, Any]:
        """Who does something, and when, as most deeds take it."""
        return {"actor": self.actor(session, login), "now": self.now}

    def act(self, session: Session, login: str, reason: str = "", on: date | None = None) -> Act:
        """A change of the register, from a day on: today unless given."""
        from custody.register.history import Act

        return Act(self.actor(session, login).signature, self.now, on or self.today, reason)

    def enrol(
        self, name: str, people: Sequence[MadeUpPerson], processor: str, purpose: str, as_of: date | None = None
    ) -> None:
        """An extract is lent, and enrolled; as of today unless a day is given."""
        from custody.enrolment.columns import understand
        from custody.enrolment.enroller import Enroller, Lending

        file = self.folder / "extracts" / f"{name}.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(write_csv(sorted(people, key=lambda person: person.number), "cp932"))
        enroller = Enroller(self.ctx.settings, self.ctx.key, self.ctx.database, self.ctx.clock)
        enroller.enrol(file, understand(file), Lending(name, as_of or self.today, processor, purpose=purpose, by=OWNER))

    def import_records(self, file: Path, system: str) -> tuple[int, int]:
        """A log of access records goes into the trails; how many records are new, and in how many spans none are."""
        from cli.answers import answered_for
        from fingerprints.identifiers import load_kinds
        from fingerprints.identifiers.customer_number import NUMBER_KIND
        from trails.imports import plan_import, run_import
        from trails.mapping.mapping_file import mapping_path
        from trails.number_digests import KeyedDoor
        from trails.store.kept_lines import LineKeeper

        ctx, trails = self.ctx, self.ctx.settings.trails_dir
        door = KeyedDoor(ctx.digester, load_kinds()[NUMBER_KIND], ctx.open_index().number_patterns)
        plan = plan_import(file, system, trails, is_number=door.is_number, home_zone=ctx.settings.trail_zone)
        keeper = LineKeeper(ctx.key) if ctx.settings.trails.keep_lines else None
        with answered_for(ctx, mapping_path(trails, system).relative_to(ctx.settings.home).as_posix()):
            found = run_import(plan, trails, ctx.database, door, ctx.clock, keeper=keeper)
        return found.new, len(found.gaps)

    def check_records(self) -> list[str]:
        """The checks that look at access records every night; names of what wants an explanation, most first."""
        from collections import Counter

        from sqlalchemy import select

        from trails.check_run import check_trails
        from trails.models import TrailSuspicion
        from trails.rules import Rules

        ctx = self.ctx
        check_trails(ctx.database, ctx.settings.trails_dir, Rules(), zone=ctx.settings.trail_zone, now=self.now)
        with ctx.database.read() as session:
            return [name for name, _ in Counter(session.scalars(select(TrailSuspicion.check))).most_common()]

    def confirm(self, incident: int, login: str) -> None:
        """One of the two sides says that it is a leak."""
        from incidents.actions import act
        from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER

        with self.ctx.database.write() as session:
            side = CONFIRM_CSIRT if login == RESPONDER else CONFIRM_OWNER
            act(session, incident, side, **self.who(session, login))

    def take_on(self, incident: int) -> None:
        """The responder says that they look after it."""
        from incidents.casework.hand_over import assign
        from incidents.timeline.attention import acknowledge

        with self.ctx.database.write() as session:
            acknowledge(session, incident, **self.who(session, RESPONDER))
            assign(session, incident, RESPONDER, **self.who(session, RESPONDER))

    def do_tasks(self, incident: int, until: date | None = None) -> None:
        """What is due before a day is done, each by whoever it falls to; without a day, everything."""
        from core.actors import Role
        from incidents.casework.models import DONE
        from incidents.casework.tasks import open_tasks, settle_task

        with self.ctx.database.write() as session:
            for task in open_tasks(session, incident):
                if until is None or task.due_at is None or local(task.due_at, DEFAULT_ZONE).date() < until:
                    login = OWNER if task.role == Role.DATA_OWNER else RESPONDER
                    settle_task(session, task.id, DONE, **self.who(session, login))

    def contain(self, incident: int, reason: str) -> None:
        """The leak is stopped."""
        from incidents.actions import act
        from incidents.states import CONTAIN

        with self.ctx.database.write() as session:
            act(session, incident, CONTAIN, reason=reason, **self.who(session, RESPONDER))

    def state(self, incident: int, facts: Mapping[str, str], reason: str) -> None:
        """The responder says what deadlines depend on."""
        from deadlines.rulebook import load_regimes
        from incidents.clocks.statements import say

        book = load_regimes(self.ctx.settings.home)
        with self.ctx.database.write() as session:
            say(session, incident, facts, reason=reason, book=book, **self.who(session, RESPONDER))

    def inquire(self, incident: int) -> dict[str, Any]:
        """Who held or touched exactly these customers, as the responder sees it: names stay behind handles."""
        from root_cause.inquiry import inquire

        ctx = self.ctx
        with ctx.database.read() as session:
            actor = self.actor(session, RESPONDER)
        return inquire(
            incident, database=ctx.database, index=ctx.open_index(), trails_dir=ctx.settings.trails_dir,
            zone=ctx.settings.trail_zone, clock=ctx.clock, actor=actor, language=ctx.settings.language,
        )  # fmt: skip

    def kind(self, name: str) -> str:
        """The word for a kind of holder."""
        return load_texts("trails", self.texts().language)(f"kind.{name}")

    def deadlines(self, incident: int) -> list[tuple[str, str]]:
        """The deadlines that run, and when each ends."""
        from incidents.clocks.reading import next_clocks

        with self.ctx.database.read() as session:
            found = next_clocks(session, language=self.texts().language, now=self.now, limit=20, of=incident)
        return [(one.title, one.due) for one in found]

    def deliver(self) -> None:
        """The alerts: to Slack or by mail when they are set up, else on this console."""
        from alerts.delivery import deliver
        from cli.watch.alerts import make_post

        deliver(make_post(self.ctx))


def days_of(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last."""
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))

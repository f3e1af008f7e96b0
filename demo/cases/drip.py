"""The slow drip: from a list that a customer company handed in to the final report, and eight years before it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from demo.cases.drip_records import (
    ACCOUNT,
    FIRST_DAY,
    LAST_DAY,
    LOOKED_UNTIL,
    MAINTENANCE,
    PRINCIPAL,
    SCALE,
    SYSTEM,
    VENDOR,
    YEARS,
    DripPeople,
    make_drip,
    write_list,
    write_records,
)
from demo.cases.filing import file_report, tell_filed, words_of
from demo.cases.hand_in import hand_in_list
from demo.cases.places import pages_of
from demo.cases.story import OWNER, RESPONDER, ZONE, ToldCase
from demo.cases.taking import check_bag, take, verify_home

if TYPE_CHECKING:
    from demo.cases.story import Story

NAME: Final = "drip"
BEGINS: Final = datetime(2018, 4, 2, 9, 0, tzinfo=ZONE)
KNOWN: Final = datetime(2026, 7, 6, 10, 0, tzinfo=ZONE)
"""When the list was handed in: from then on the carrier knew."""
CARRIER: Final = "架空通信株式会社（委託元）"
OFFICE, BUREAU = "個人情報保護委員会（総合通信局を経由）", "総合通信局"
USERS_REGIME: Final = "jp-telecom-users"


def tell_drip(story: Story) -> ToldCase:
    """The whole case, from 2018 on."""
    drip = make_drip()
    story.say("drip.scale", scale=SCALE)
    look = _eight_years(story, drip)
    incident = _list_is_handed_in(story, drip)
    holder = _records_say(story, drip, incident)
    _reports(story, incident)
    told = _taken_away(story, incident, holder, look)
    story.tell("whole", entries=verify_home(story))
    return told


def _eight_years(story: Story, drip: DripPeople) -> int:
    """What was lent to whom, what was looked at, and what was not; the number of the look that found nothing."""
    look = 0
    story.make()
    _own_number_of_people(story)
    _register(story)
    for year in YEARS:
        if year == 2024:  # noqa: PLR2004  # what happened before that extract
            look = _internal_check(story, drip)
            story.go_to(date(2024, 4, 1))
            _counts_from_now_on(story)
        if story.today < date(year, 4, 2):
            story.go_to(date(year, 4, 2), 11)
        _lend(story, drip, year)
    return look


def _own_number_of_people(story: Story) -> None:
    """The regime that waits for a number gets one, as an installation has to; it is on the record with the settings."""
    from cli.keeping.init import make_home
    from deadlines.rulebook import FOLDER, SHIPPED

    folder = story.home / FOLDER
    folder.mkdir(exist_ok=True)
    rules = (SHIPPED / f"{USERS_REGIME}.toml").read_text(encoding="utf-8")
    (folder / f"{USERS_REGIME}.toml").write_text(
        rules.replace('{ people_over = "supply" }', "{ people_over = 1000 }"), encoding="utf-8"
    )
    make_home(story.home, clock=story.ctx.clock)  # it answers for the rules


def _register(story: Story) -> None:
    """Three levels of processors; that the second one's system is used counts as nothing yet."""
    from custody.register.processors import add_processor

    with story.ctx.database.write() as session:
        act = story.act(session, OWNER)
        add_processor(session, PRINCIPAL, {"contract_kind": "A", "country": "日本"}, act)
        add_processor(session, VENDOR, {"under": PRINCIPAL, "country": "日本"}, act)
        add_processor(session, MAINTENANCE, {"under": VENDOR, "contract_kind": "A", "country": "日本"}, act)
    story.tell("register", first=PRINCIPAL, second=VENDOR, third=MAINTENANCE)


def _lend(story: Story, drip: DripPeople, year: int) -> None:
    from custody.register.holdings import copy_on, set_extract

    name, people = f"callcenter-{year}-04", drip.lent_in(year)
    story.enrol(name, people, PRINCIPAL, "コールセンター業務")
    with story.ctx.database.write() as session:
        act = story.act(session, OWNER)
        set_extract(session, name, {"contract_kind": "A", "medium": "専用線"}, act)
        copy_on(session, name, PRINCIPAL, VENDOR, act)
    story.tell("lent", extract=name, people=len(people), processor=PRINCIPAL, below=VENDOR)


def _internal_check(story: Story, drip: DripPeople) -> int:
    """2023: an inspection on paper, and a look that found nothing; its number."""
    from custody.register.processors import get_processor
    from custody.supervision.kinds import FINDING, INSPECTION, PAPER, PLEDGE, START, TRAINING
    from custody.supervision.records import About, add_record
    from exports.looks.account import look_account, record_look

    story.go_to(date(2023, 4, 10))
    log = write_records(drip, story.folder / "records-2018-2023.csv", FIRST_DAY, LOOKED_UNTIL)
    records, gaps = story.import_records(log, SYSTEM)
    story.tell("early_records", records=records, gaps=gaps)
    story.go_to(date(2023, 4, 14))
    with story.ctx.database.write() as session:
        act = story.act(session, OWNER)
        third = get_processor(session, MAINTENANCE)
        add_record(session, PLEDGE, About(third), {"topic": START, "happened_on": date(2018, 4, 2)}, act)
        add_record(
            session, TRAINING, About(get_processor(session, PRINCIPAL)),
            {"topic": "個人情報の取扱い", "happened_on": date(2022, 11, 8)}, act,
        )  # fmt: skip
        for holder in (PRINCIPAL, VENDOR):
            looked = add_record(
                session, INSPECTION, About(get_processor(session, holder)),
                {"topic": PAPER, "done_on": story.today, "person": "架空通信 委託管理課"}, act,
            )  # fmt: skip
        session.flush()
        for words in ("保守用の管理者アカウントを複数人で共用している", "サーバーにUSBメモリを接続できる"):
            add_record(
                session, FINDING, About(of=looked),
                {"words": words, "happened_on": story.today, "due_on": date(2023, 9, 30)}, act,
            )  # fmt: skip
    story.tell("inspected", holder=VENDOR, findings=2)
    story.go_to(date(2023, 4, 20))
    begin = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=ZONE).astimezone(UTC)
    with story.ctx.database.read() as session:
        account = look_account(session, begin, story.now)
    with story.ctx.database.write() as session:
        look = record_look(
            session, account, what="コールセンターの顧客データの漏えい", reason="定期の社内調査",
            **story.who(session, RESPONDER),
        )  # fmt: skip
    missing = [f"{first} – {last}" for one in account["systems"] for first, last, _ in one["gaps"]]
    story.tell("looked", sources=len(account["sources"]), documents=account["documents"], missing=", ".join(missing))
    return look


def _counts_from_now_on(story: Story) -> None:
    """2024: the use of an outside service counts as a contract of kind B; the carrier never agreed to it."""
    from custody.supervision.edges import change_edge, edge_between
    from custody.supervision.kinds import ASKED, CLAUSE, CONSENT, MISSING
    from custody.supervision.records import About, add_record

    with story.ctx.database.write() as session:
        act = story.act(session, OWNER, "外部サービス利用も監督の対象とする")
        edge = change_edge(session, edge_between(session, VENDOR, PRINCIPAL), {"contract_kind": "B"}, act)
        add_record(session, CONSENT, About(edge=edge), {"result": ASKED, "happened_on": story.today}, act)
        add_record(
            session, CLAUSE, About(edge=edge),
            {"topic": "supervision", "result": MISSING, "happened_on": story.today}, act,
        )  # fmt: skip
    story.tell("counts", holder=VENDOR)


def _list_is_handed_in(story: Story, drip: DripPeople) -> int:
    story.go_to(KNOWN.date(), KNOWN.hour)
    file = write_list(drip, story.folder / "complaints-list.csv")
    handed = hand_in_list(story, file)
    story.tell("handed_in", listed=len(drip.listed), found=handed.found, incident=handed.incident)
    story.ctx.append_to_log()
    story.deliver()
    story.go_to(KNOWN.date(), 10, 20)
    story.take_on(handed.incident)
    story.go_to(KNOWN.date(), 11)
    story.confirm(handed.incident, RESPONDER)
    story.go_to(KNOWN.date(), 13)
    story.confirm(handed.incident, OWNER)
    story.tell("confirmed", first=RESPONDER, second=OWNER)
    known = KNOWN.astimezone(UTC).isoformat()
    story.state(
        handed.incident,
        {"known": known, "processor-known": known, "held-by-processor": "yes", "malicious": "possible",
         "financial-harm": "no", "sensitive": "no", "secrecy": "no", "residents": "JP"},
        "名簿と照合の結果による",
    )  # fmt: skip
    story.go_to(KNOWN.date(), 14)
    story.do_tasks(handed.incident, KNOWN.date() + timedelta(days=1))
    return handed.incident


def _records_say(story: Story, drip: DripPeople, incident: int) -> tuple[str, str]:
    """The rest of the records, and who touched exactly these customers: the kind and the handle of the first."""
    from root_cause.report import percent

    story.go_to(date(2026, 7, 7))
    since = date.fromordinal(LOOKED_UNTIL.toordinal() + 1)
    log = write_records(drip, story.folder / "records-2023-2026.csv", since, LAST_DAY)
    records, gaps = story.import_records(log, SYSTEM)
    story.tell("late_records", records=records, gaps=gaps)
    found = story.inquire(incident)
    first = found["holders"][0]
    story.tell(
        "ranked", kind=story.kind(first["kind"]), name=first["name"], covered=first["covered"], of=first["of"],
        size=first["size"], chance=percent(first["posterior"] or 0.0),
    )  # fmt: skip
    checks = story.check_records()
    story.tell("checks", checks=", ".join(sorted(set(checks))), number=len(checks))
    story.contain(incident, f"アカウント {ACCOUNT} を停止した")
    story.state(
        incident,
        {"malicious": "yes", "specific-user-information": "yes", "people-confirmed": str(first["size"])},
        "アクセス記録の調査による",
    )  # fmt: skip
    for name, due in story.deadlines(incident):
        story.tell("runs", name=name, due=due)
    return first["kind"], first["handle"]


def _reports(story: Story, incident: int) -> None:
    """Every report that the law asks for, in time."""
    words, people = words_of(NAME), "jp-appi-people/people"
    for day, form, wrote, to, meets in (
        (date(2026, 7, 7), "principal", words["principal"], CARRIER, ("jp-appi-processor/principal",)),
        (date(2026, 7, 9), "rapid", words["rapid"], OFFICE, ("jp-appi-authority/first-report",)),
        (date(2026, 7, 9), "telecom28", words["telecom28"], BUREAU, (f"{USERS_REGIME}/first-report",)),
        (date(2026, 7, 17), "customers", words["customers"], "本人", (people,)),
        (date(2026, 8, 3), "telecom28", words["details"], BUREAU, (f"{USERS_REGIME}/details",)),
        (date(2026, 8, 28), "final", words["final"], OFFICE, ("jp-appi-authority/final-report",)),
    ):
        if story.today < day:
            story.do_tasks(incident, day)
            story.go_to(day, 15)
        filed = file_report(story, incident, form, words=wrote, to=to, meets=meets)
        tell_filed(story, form, filed, to)


def _taken_away(story: Story, incident: int, holder: tuple[str, str], look: int) -> ToldCase:
    """The evidence, checked by its own script; and where to look."""
    from custody.register.processors import get_processor

    story.do_tasks(incident)
    story.go_to(date(2026, 8, 31))
    bag = take(story, incident, "bag", reason="捜査機関への提出")
    story.tell("bag", file=bag.relative_to(story.home), said=check_bag(story, bag))
    with story.ctx.database.read() as session:
        processors = {name: get_processor(session, name).id for name in (PRINCIPAL, VENDOR, MAINTENANCE)}
    return ToldCase(
        NAME, incident, processors[VENDOR],
        pages_of(
            incident, processors[VENDOR], holder, query="action:export",
            versions=[("rapid", 1), ("telecom28", 2), ("final", 1)], look=look,
        ),
        {"bag": str(bag.relative_to(story.home))},
    )  # fmt: skip

"""The one night: from a posting that the crawler found to the first report and the letter to customers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from demo.cases.filing import file_report, tell_filed, words_of
from demo.cases.night_records import (
    AGENCY,
    CONTRACTOR,
    EXTRACT,
    LENT_AGO,
    OTHER,
    SCALE,
    SYSTEM,
    Night,
    make_night,
    write_records,
)
from demo.cases.places import pages_of
from demo.cases.posting import match, posted, sweep
from demo.cases.story import OWNER, RESPONDER, ToldCase
from demo.cases.taking import check_bag, take, verify_home

if TYPE_CHECKING:
    from demo.cases.story import Story

NAME: Final = "night"
OFFICE: Final = "個人情報保護委員会（総合通信局を経由）"


def tell_night(story: Story) -> ToldCase:
    """The whole case; it happens now, and its night was nineteen days ago."""
    day = story.today
    night = make_night(day)
    story.say("night.scale", scale=SCALE)
    story.make()
    _before(story, night)
    with posted(story, day):
        story.tell("posted", rows=len(night.posted))
        story.tell("swept", documents=sweep(story))
    incident, subjects = match(story)
    story.tell("opened", subjects=subjects, incident=incident)
    story.deliver()
    known = story.now
    story.take_on(incident)
    for login in (RESPONDER, OWNER):
        story.confirm(incident, login)
    story.tell("confirmed", first=RESPONDER, second=OWNER)
    first = _records_say(story, incident)
    _deadlines(story, incident, known, first["size"])
    files = _filed_and_taken(story, incident, subjects)
    told = _where(story, incident, (first["kind"], first["handle"]), night, files)
    story.tell("whole", entries=verify_home(story))
    return told


def _before(story: Story, night: Night) -> None:
    """What was lent to whom, and the records of its use, as they were handed over."""
    from custody.register.processors import add_processor, get_processor
    from custody.supervision.kinds import FINDING, INSPECTION, ON_SITE
    from custody.supervision.records import About, add_record

    lent_on = story.today - LENT_AGO
    with story.ctx.database.write() as session:
        act = story.act(session, OWNER, on=lent_on)
        add_processor(session, CONTRACTOR, {"contract_kind": "A", "country": "日本"}, act)
        add_processor(
            session, AGENCY, {"under": CONTRACTOR, "contract_kind": "A", "consent": "unknown", "country": "日本"}, act
        )
        looked = add_record(
            session, INSPECTION, About(get_processor(session, CONTRACTOR)),
            {"topic": ON_SITE, "done_on": lent_on - timedelta(days=200), "person": "架空通信 委託管理課"}, act,
        )  # fmt: skip
        session.flush()
        add_record(
            session, FINDING, About(of=looked),
            {"words": "業務用端末から外部ストレージに接続できる", "happened_on": lent_on - timedelta(days=200),
             "due_on": lent_on - timedelta(days=110)}, act,
        )  # fmt: skip
    story.tell("register", processor=CONTRACTOR, below=AGENCY)
    story.enrol(EXTRACT, night.lent, CONTRACTOR, "販売促進の電話", as_of=lent_on)
    story.enrol(f"{EXTRACT}-other", night.others, OTHER, "販売促進の電話", as_of=lent_on)
    story.tell("lent", extract=EXTRACT, people=len(night.lent), processor=CONTRACTOR)
    log = write_records(night, story.folder / "records.csv")
    records, gaps = story.import_records(log, SYSTEM)
    story.tell("records", records=records, gaps=gaps)


def _records_say(story: Story, incident: int) -> dict[str, Any]:
    """Who touched exactly these customers, and when: who is ranked first."""
    from root_cause.report import percent

    first: dict[str, Any] = story.inquire(incident)["holders"][0]
    window = f"{first['window']['from']} – {first['window']['to']}"
    story.tell(
        "ranked", kind=story.kind(first["kind"]), name=first["name"], covered=first["covered"], of=first["of"],
        size=first["size"], window=window, chance=percent(first["posterior"] or 0.0),
    )  # fmt: skip
    checks = story.check_records()
    story.tell("checks", checks=", ".join(sorted(set(checks))), number=len(checks))
    story.contain(incident, "作業者の権限を停止し、外部ストレージへの接続を遮断した")
    return first


def _deadlines(story: Story, incident: int, known: datetime, touched: int) -> None:
    at = known.astimezone(UTC).isoformat()
    story.state(
        incident,
        {"known": at, "malicious": "yes", "financial-harm": "no", "sensitive": "no", "secrecy": "no", "residents": "JP",
         "people-possible": str(touched)},
        "掲載の照合とアクセス記録の調査による",
    )  # fmt: skip
    for name, due in story.deadlines(incident):
        story.tell("runs", name=name, due=due)


def _filed_and_taken(story: Story, incident: int, subjects: int) -> dict[str, str]:
    """The first report, the letter with its list, and the evidence."""
    words = words_of(NAME)
    for form, to, meets in (
        ("rapid", OFFICE, ["jp-appi-authority/first-report"]),
        ("customers", "本人", ["jp-appi-people/people"]),
    ):
        filed = file_report(story, incident, form, words=words[form], to=to, meets=meets)
        tell_filed(story, form, filed, to)
    story.do_tasks(incident, story.today + timedelta(days=2))
    listed = take(story, incident, "csv", chosen="customers", reveal=True, reason="本人への通知のため")
    story.tell("list", people=subjects, file=listed.relative_to(story.home))
    bag = take(story, incident, "bag", reason="捜査機関への提出")
    story.tell("bag", file=bag.relative_to(story.home), said=check_bag(story, bag))
    take(story, incident, "stix", reason="関係機関との共有")
    return {"list": str(listed.relative_to(story.home)), "bag": str(bag.relative_to(story.home))}


def _where(story: Story, incident: int, holder: tuple[str, str], night: Night, files: dict[str, str]) -> ToldCase:
    from custody.register.processors import get_processor

    with story.ctx.database.read() as session:
        processor = get_processor(session, CONTRACTOR).id
    query = f"when:{night.day}..{night.day + timedelta(days=1)}"
    pages = pages_of(incident, processor, holder, query=query, versions=[("rapid", 1), ("customers", 1)])
    return ToldCase(NAME, incident, processor, pages, files)

"""What always holds: stages are not left out, no circle, the first edge and its processor agree, checks go stale."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session as OpenSession

from core.actors import Actor
from custody.errors import RegisterError
from custody.models import Edge, Processor
from custody.register.history import Act
from custody.register.holdings import add_extract, end, lend, reopen
from custody.register.overview import register_on
from custody.register.processors import add_processor, set_processor
from custody.register.shelf import RegisterShelf
from custody.supervision.beside import supervised_on
from custody.supervision.check_sheets import ANSWERS, CATEGORIES, all_sheets, read_sheet_text
from custody.supervision.edges import add_edge, change_edge, edge_between, edges_of, get_edge, move_edge
from custody.supervision.models import SupervisionRecord
from custody.supervision.overdue import (
    CERTIFICATE_LACKS,
    CERTIFICATE_WITHIN,
    CHECK_WITHIN,
    COPY_BACK,
    SECOND_LINE,
    duties_on,
)
from custody.supervision.records import (
    About,
    EvidenceFile,
    add_record,
    attach,
    change_record,
    check,
    get_record,
    withdraw,
    wrote_part,
)
from custody.supervision.stages import STAGES, STEPS, check_step
from custody.supervision.state import records_on
from transparency.verify.damage import Report
from transparency.verify.register import find_wrong_register

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database

DAY = date(2026, 4, 1)
NAMES = ("甲", "乙", "丙", "丁")
KNOWN_DATABASE = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(NAMES), st.sampled_from(("", *NAMES)), st.sampled_from(("", "A", "B"))),
    st.tuples(st.just("set"), st.sampled_from(NAMES), st.sampled_from(("", *NAMES)), st.sampled_from(("A", "B"))),
    st.tuples(st.just("change"), st.sampled_from(NAMES), st.just(""), st.sampled_from(("A", "B"))),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(STAGES), st.just("")),
)


def act(actor: str = "keeper (#1, passkey)", on: date = DAY, reason: str = "") -> Act:
    return Act(actor, datetime(2026, 4, 1, 9, tzinfo=UTC), on, reason)


def do(session: Session, step: tuple[str, str, str, str]) -> None:
    deed, name, other, kind = step
    if deed == "add":
        add_edge(session, name, other, {"contract_kind": kind}, act())
    elif deed == "set":
        set_processor(session, name, {"under": other, "contract_kind": kind}, act())
    elif deed == "change":
        change_edge(session, edges_of(session, session.scalars(named(name)).one())[0], {"contract_kind": kind}, act())
    else:
        move_edge(session, edges_of(session, session.scalars(named(name)).one())[-1], other, act())


def named(name: str) -> Any:
    return select(Processor).where(Processor.name == name)


def test_what_was_due_of_a_copy_is_told_as_of_the_day(database: Database) -> None:
    returned, due = date(2026, 6, 1), date(2026, 5, 1)
    with database.write() as session:
        processor = add_processor(session, "甲", {}, act())
        extract = add_extract(session, "sales-1", {"due_on": due}, act())
        lend(session, extract, processor, act())
        lend(session, add_extract(session, "sales-2", {}, act()), processor, act(on=date(2026, 6, 20)))
        end(session, "sales-1", "甲", "return", act(on=returned))
        add_record(
            session, "certificate", About(processor, extract=extract),
            {"topic": "return", "happened_on": date(2026, 7, 10)}, act(on=date(2026, 7, 10)),
        )  # fmt: skip
    told = {}
    with database.read() as session:
        for day in (DAY, date(2026, 5, 20), date(2026, 6, 30), date(2026, 7, 20)):
            for only in (None, {processor.id}):
                found = duties_on(session, day, within=timedelta(40), only=only)
                told[day, only is None] = [
                    (one.kind, one.due_on, one.what) for one in found if one.kind in {COPY_BACK, CERTIFICATE_LACKS}
                ]
    lent, lacks = [(COPY_BACK, due, "sales-1")], [(CERTIFICATE_LACKS, returned + CERTIFICATE_WITHIN, "sales-1")]
    assert list(told.values()) == [lent, lent, lent, lent, lacks, lacks, [], []]


def test_the_second_line_has_days_from_the_one_on_which_it_was_entered_where_the_carrier_is(database: Database) -> None:
    evening = datetime(2026, 4, 1, 20, tzinfo=UTC)  # of the next day in Tokyo
    with database.write() as session:
        about = About(add_processor(session, "甲", {}, act()))
        add_record(session, "training", about, {"happened_on": DAY}, Act("keeper", evening, DAY))
    with database.read() as session:
        for zone, on in (("Asia/Tokyo", DAY + timedelta(1)), ("America/New_York", DAY)):
            found = duties_on(session, DAY, within=timedelta(60), zone=zone)
            assert [one.due_on for one in found if one.kind == SECOND_LINE] == [on + CHECK_WITHIN]


@settings(KNOWN_DATABASE, max_examples=25)
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("confirmed", "objected", "changed"))), max_size=6))
def test_a_check_is_seen_as_of_the_day(database: Database, steps: list[tuple[int, str]]) -> None:
    with database.engine.connect() as connection:
        outer = connection.begin()
        session = OpenSession(connection)
        about = About(add_processor(session, "甲", {}, act()))
        made = add_record(session, "training", about, {"happened_on": DAY}, act())
        on = DAY
        naive: dict[date, tuple[str, date | None]] = {DAY: ("", None)}
        for number, (days, deed) in enumerate(steps):
            on += timedelta(days)
            if deed == "changed":
                change_record(session, made, {"words": f"{number}"}, act(on=on))
                naive[on] = ("", None)
            else:
                check(session, made, deed, act("checker (#2, passkey)", on), words="x")
                naive[on] = (deed, on)
        session.flush()
        for past in range((on - DAY).days + 1):
            day = DAY + timedelta(past)
            (told,) = records_on(session, day)
            assert (told.check_result, told.checked_on) == naive[max(one for one in naive if one <= day)]
        session.close()
        outer.rollback()


@KNOWN_DATABASE
@given(steps=st.lists(STEP, max_size=15))
def test_whatever_is_done_no_circle_closes_and_rows_agree_with_events(
    database: Database, steps: list[tuple[str, str, str, str]]
) -> None:
    with database.engine.connect() as connection:
        outer = connection.begin()
        session = OpenSession(connection)
        for name in NAMES:
            add_processor(session, name, {}, act())
        for step in steps:
            with suppress(RegisterError), session.begin_nested():  # as each form and command has its transaction
                do(session, step)
        session.flush()
        pairs = {(one.processor_id, one.parent_id) for one in session.scalars(select(Edge)) if one.parent_id}
        reached = set(pairs)
        for _ in NAMES:
            reached |= {(a, d) for a, b in reached for c, d in pairs if b == c}
        assert not any(a == b for a, b in reached)
        for processor in session.scalars(select(Processor)):
            (first,) = (one for one in edges_of(session, processor) if one.is_first)
            assert (first.parent_id, first.contract_kind, first.consent) == (
                processor.parent_id, processor.contract_kind, processor.consent
            )  # fmt: skip
        report = Report()
        find_wrong_register(session, report)
        assert report.damages == []
        session.close()
        outer.rollback()


def test_stages_follow_each_other() -> None:
    assert set(STEPS) == set(STAGES)
    for stage in STAGES:
        for following in STAGES:
            if following in STEPS[stage]:
                check_step(stage, following)
            else:
                with pytest.raises(RegisterError):
                    check_step(stage, following)


def test_a_changed_or_removed_row_is_found_by_the_verification(database: Database) -> None:
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        kept = add_record(session, "training", About(seller), {"happened_on": DAY}, act())
        gone = add_record(session, "training", About(seller), {"happened_on": DAY}, act())
        session.flush()
        kept.happened_on = date(2026, 5, 1)
        session.delete(gone)
    with database.read() as session:
        report = Report()
        find_wrong_register(session, report)
    assert sorted(one.where for one in report.damages) == ["supervision_records 1", "supervision_records 2"]


@pytest.mark.parametrize("how", ["passkey", "password"])
def test_nobody_checks_what_they_wrote_however_they_signed_in(database: Database, how: str) -> None:
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        made = add_record(session, "training", About(seller), {"happened_on": DAY}, act())
        session.flush()
        with pytest.raises(RegisterError, match="themselves"):
            check(session, made, "confirmed", act(f"keeper (#1, {how})"))
        change_record(session, made, {"words": "全員"}, act("other (#2, passkey)"))
        with pytest.raises(RegisterError, match="themselves"):
            check(session, made, "confirmed", act(f"other (#2, {how})"))
        check(session, made, "confirmed", act(f"keeper (#3, {how})"))
        assert made.check_result == "confirmed"
        change_record(session, made, {"words": "全員"}, act())
        assert made.check_result == "confirmed", "nothing was changed"
        change_record(session, made, {"words": "半分"}, act())
        assert made.check_result == ""
        withdraw(session, made, act(reason="mistake"))
        with pytest.raises(RegisterError, match="withdrawn"):
            change_record(session, made, {"words": "誰も"}, act())


PERSONS = st.builds(
    lambda name, account, how: Actor(name, account, how=how),
    st.sampled_from(("keeper", "other (x)", "#1, x")), st.sampled_from((None, 1, 2)),
    st.sampled_from(("os", "passkey", "password+totp")),
)  # fmt: skip


@KNOWN_DATABASE
@given(writers=st.lists(PERSONS, min_size=1, max_size=3), checker=PERSONS)
def test_who_is_one_of_the_writers_checks_nothing(database: Database, writers: list[Actor], checker: Actor) -> None:
    with database.engine.connect() as connection:
        outer = connection.begin()
        session = OpenSession(connection)
        seller = add_processor(session, "甲", {}, act())
        made = add_record(session, "training", About(seller), {"happened_on": DAY}, act(writers[0].signature))
        for number, writer in enumerate(writers[1:]):
            change_record(session, made, {"words": f"{number}"}, act(writer.signature))
        is_own = any(checker.is_same_person(one.account, one.name) for one in writers)
        assert wrote_part(session, made, checker.signature) == is_own
        with pytest.raises(RegisterError, match="themselves") if is_own else nullcontext():
            check(session, made, "confirmed", act(checker.signature))
        session.close()
        outer.rollback()


DEED = st.tuples(
    st.sampled_from(("give", "give", "change", "withdraw")), st.integers(0, 3),
    st.sampled_from(("asked", "given", "refused")), st.integers(0, 4),
)  # fmt: skip


@KNOWN_DATABASE
@given(deeds=st.lists(DEED, max_size=12), is_first=st.booleans())
def test_a_contract_says_what_the_latest_consent_says_that_counts(
    database: Database, deeds: list[tuple[str, int, str, int]], *, is_first: bool
) -> None:
    with database.engine.connect() as connection:
        outer = connection.begin()
        session = OpenSession(connection)
        for name in ("甲", "丙"):
            add_processor(session, name, {}, act())
        add_processor(session, "乙", {"under": "甲"}, act())
        edge = edge_between(session, "乙") if is_first else add_edge(session, "乙", "丙", {}, act(), stage="during")
        made: list[SupervisionRecord] = []
        said: list[list[Any]] = []  # what each says, and whether it counts
        for deed, number, result, later in deeds:
            fields = {"result": result, "happened_on": DAY + timedelta(days=later)}
            if deed == "give":
                made.append(add_record(session, "consent", About(edge=edge), fields, act()))
                said.append([later, result, True])
            elif number < len(made) and said[number][2]:
                if deed == "change":
                    change_record(session, made[number], fields, act())
                    said[number][:2] = [later, result]
                else:
                    withdraw(session, made[number], act(reason="twice"))
                    said[number][2] = False
            wanted: tuple[str, date | None] = ("", None)
            for on in range(5):
                for day, what, counts in said:
                    if counts and day == on:
                        wanted = (what, DAY + timedelta(days=on) if what == "given" else None)
            assert (edge.consent, edge.consent_on) == wanted
            shown = edges_of(session, edge.processor)[0]
            assert (edge.processor.consent, edge.processor.consent_on) == (shown.consent, shown.consent_on)
            is_due = edge.id in {one.edge_id for one in duties_on(session, DAY) if one.kind == "consent"}
            assert is_due == (wanted[0] != "given")
        report = Report()
        find_wrong_register(session, report)
        assert report.damages == []
        session.close()
        outer.rollback()


COPY_DEED = st.tuples(
    st.sampled_from(("certify", "certify", "withdraw", "withdraw", "return", "erase", "reopen")), st.integers(0, 3),
    st.sampled_from(("return", "erasure")),
)  # fmt: skip


@KNOWN_DATABASE
@given(deeds=st.lists(COPY_DEED, max_size=10))
def test_a_copy_is_gone_as_long_as_something_that_counts_says_so(
    database: Database, deeds: list[tuple[str, int, str]]
) -> None:
    """Played with a stack of who ended the copy: nobody yet, a hand, or certificates of one kind."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        session = OpenSession(connection)
        seller = add_processor(session, "甲", {}, act())
        extract = add_extract(session, "sales-1", {}, act())
        held = lend(session, extract, seller, act())
        made: list[SupervisionRecord] = []
        counts: list[bool] = []
        ended: list[str] = []  # what ended it, the latest last: "hand", "return", "erasure"
        for number, (deed, which, topic) in enumerate(deeds):
            moment = Act("keeper (#1, os)", datetime(2026, 4, 1, 9, number, tzinfo=UTC), DAY, "why")
            state = held.state
            if deed == "certify":
                fields = {"topic": topic, "happened_on": DAY}
                made.append(add_record(session, "certificate", About(seller, extract=extract), fields, moment))
                counts.append(True)
                if state == "lent" or (topic == "erasure" and state == "returned"):
                    ended.append(topic)
            elif deed == "withdraw":
                if which < len(made) and counts[which]:
                    mine = made[which].topic
                    others = [one for at, one in enumerate(made) if counts[at] and at != which and one.topic == mine]
                    is_only = bool(ended) and ended[-1] == mine and not others
                    if is_only and len(ended) > 1:
                        with pytest.raises(RegisterError, match="before"), session.begin_nested():
                            withdraw(session, made[which], moment)
                        assert (held.state, made[which].withdrawn_on) == (state, None)
                        continue
                    withdraw(session, made[which], moment)
                    counts[which] = False
                    if is_only:
                        ended.clear()
                    with pytest.raises(RegisterError, match="was withdrawn"):
                        withdraw(session, made[which], moment)
                    with pytest.raises(RegisterError, match="was withdrawn"):
                        attach(session, made[which], EvidenceFile(1, "0" * 64, "a.pdf"), moment)
            elif deed == "reopen" and state != "lent":
                reopen(session, "sales-1", "甲", moment)
                ended.clear()
            elif (deed, state) in {("return", "lent"), ("erase", "lent"), ("erase", "returned")}:
                end(session, "sales-1", "甲", deed, moment)
                ended.append("hand")
            assert (held.state == "lent") == (not ended)
        report = Report()
        find_wrong_register(session, report)
        assert report.damages == []
        session.close()
        outer.rollback()


def test_supervision_leaves_the_register_that_is_kept_in_memory_alone(database: Database) -> None:
    shelf = RegisterShelf()
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        before = shelf.extracts_on(session, DAY)
        add_record(session, "training", About(seller), {"happened_on": DAY}, act())
        session.flush()
        assert shelf.extracts_on(session, DAY) is before
        assert register_on(session, DAY) == []


def test_what_stands_beside_an_incident_is_what_was_recorded(database: Database) -> None:
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        caller = add_processor(session, "乙", {"under": "甲", "contract_kind": "B", "consent": "given"}, act())
        looked = add_record(
            session, "inspection", About(caller), {"topic": "paper", "due_on": DAY, "done_on": DAY}, act()
        )  # fmt: skip
        session.flush()
        add_record(session, "finding", About(of=looked), {"words": "鍵", "happened_on": DAY, "due_on": DAY}, act())
        session.flush()
        found = supervised_on(session, date(2026, 6, 1), [seller.id, caller.id])
    assert (found[2].looked_on, found[2].looked, found[2].consents) == (DAY, "paper", (("甲", "given"),))
    assert found[2].findings == (("鍵", DAY),)
    assert found[1].looked_on is None
    assert found[1].overdue > 0


def test_duties_end_when_they_are_done(database: Database) -> None:
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        edge = edge_between(session, "甲")
        later = date(2026, 6, 1)
        assert {one.kind for one in duties_on(session, later)} == {"clauses", "check-sheet", "pledge-start"}
        for clause in ("safety", "secrecy", "sub-processing", "supervision"):
            said = {"topic": clause, "result": "present", "happened_on": DAY}
            add_record(session, "clause", About(edge=edge), said, act())
        add_record(session, "check-sheet", About(edge=edge), {"topic": "processing", "happened_on": DAY}, act())
        add_record(session, "pledge", About(seller), {"topic": "start", "happened_on": DAY}, act())
        session.flush()
        for made in session.scalars(select(SupervisionRecord)):
            check(session, made, "confirmed", act("second line"))
        assert duties_on(session, later) == []
        assert {one.kind for one in duties_on(session, date(2027, 4, 2))} == {
            "check-sheet", "inspection-yearly", "training"
        }  # fmt: skip
        move_edge(session, get_edge(session, edge.id), "after", act(on=later))
        assert {one.kind for one in duties_on(session, date(2027, 4, 2))} == {"pledge-end"}
        assert get_record(session, 1).kind == "clause"


def test_shipped_sheets_cover_every_category_in_both_languages() -> None:
    sheets = all_sheets()
    for name in ("processing", "service"):
        assert {one.category for one in sheets[name].question.values()} == set(CATEGORIES)
    assert all(one.answer in ANSWERS and one.item for sheet in sheets.values() for one in sheet.question.values())


def test_a_sheet_of_one_s_own_wins_and_a_broken_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    own = (
        '[sheet]\nja = "うち"\nen = "Ours"\ncontracts = ["A"]\n[question.q]\nja = "か"\nen = "?"\n'
        'category = "human"\nevidence = { ja = "写し", en = "copy" }\nanswer = "number"\n'
    )
    (tmp_path / "sheets" / "processing.toml").write_text(own, encoding="utf-8")
    assert all_sheets(tmp_path)["processing"].title("en") == "Ours"
    with pytest.raises(RegisterError, match=r"broken\.toml is no check sheet"):
        read_sheet_text(own.replace("human", "astral"), "broken")


def test_what_is_due_on_a_past_day_knows_neither_later_plans_nor_later_moves(database: Database) -> None:
    day, later = date(2026, 6, 1), date(2026, 6, 20)
    with database.write() as session:
        seller = add_processor(session, "甲", {"contract_kind": "A"}, act())
        moved = add_record(
            session, "inspection", About(seller), {"topic": "paper", "due_on": date(2026, 5, 20)}, act()
        )  # fmt: skip
        session.flush()
        before = duties_on(session, day)
        assert [one.due_on for one in before if one.kind == "inspection-planned"] == [date(2026, 5, 20)]
        change_record(session, moved, {"due_on": date(2026, 9, 1)}, act(on=later))
        planned = {"topic": "on-site", "due_on": date(2026, 6, 10)}
        add_record(session, "inspection", About(seller), planned, act(on=later))
        add_record(session, "inspection", About(seller), planned | {"due_on": date(2026, 6, 30)}, act(on=later))
        check(session, get_record(session, 1), "confirmed", act("second", on=later))
        session.flush()
        assert [one for one in duties_on(session, day) if one.kind != "second-line"] == [
            one for one in before if one.kind != "second-line"
        ]
        assert {one.due_on for one in duties_on(session, later) if one.kind == "inspection-planned"} == {
            date(2026, 6, 10), date(2026, 6, 30)
        }  # fmt: skip

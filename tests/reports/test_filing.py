"""A report from the first word to the office: drafted, approved by somebody else, filed; each step an event."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update

from archive.models import Capture
from core.actors import SYSTEM, Role
from core.settings import load_settings
from incidents import actions
from incidents.casework.tasks import add_task, settle_task
from incidents.clocks.models import DeadlineRow
from incidents.clocks.statements import say
from incidents.errors import IncidentError
from incidents.models import Event, RankingRow
from incidents.timeline.attention import acknowledge
from people.accounts import add_account
from people.errors import NotAllowedError
from reports.comparing import differences
from reports.drafting import find_draft, save
from reports.errors import ReportError, ReportRightsError
from reports.filing import decide, file_version, hand_over, output_bytes, versions_of
from reports.filling import ReportSubject, about_of, fill
from reports.forms import form_of, load_forms
from reports.making import make_all
from reports.models import ReportDraft, ReportOutput, ReportVersion
from reports.reading import list_forms, list_versions
from reports.replaying import find_wrong_reports
from reports.values import FilledReport, from_data
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from core.settings import Settings

SUZUKI, OWNER = by("suzuki", Role.RESPONDER), by("nakamura", Role.DATA_OWNER)
LATER = NOW + timedelta(hours=5)
NINE = ["overview", "data", "people", "cause", "secondary", "response", "publication", "prevention", "other"]
RANKING: dict[str, Any] = {
    "sentence": "One.", "sentences": {"ja": "一人。", "en": "One."}, "systems": ["crm"], "more_holders": 0, "gaps": [],
    "outside": {"unexplained": 1, "without_number": 0},
    "holders": [
        {"kind": "operator", "name": "●●1", "covered": 3, "of": 3, "size": 9, "score": 4.2, "tied_with": [],
         "explains_nothing": False},
    ],
}  # fmt: skip


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(home)


@pytest.fixture
def about(database: Database) -> ReportSubject:
    """An incident that a responder knows of."""
    incident_id = take(database, Leaked("a list", (1, 2, 3))).incident_id or 0
    with database.write() as session:
        acknowledge(session, incident_id, actor=SUZUKI, now=NOW)
        say(session, incident_id, {"malicious": "possible"}, actor=SUZUKI, now=NOW, reason="police")
    return ReportSubject(incident_id)


def filled(session: Session, form: str, about: ReportSubject, settings: Settings) -> FilledReport:
    draft = find_draft(session, form, about)
    return fill(session, form, about, settings, now=LATER, written=draft.items if draft else None)


def asked(database: Database, about: ReportSubject, settings: Settings, form: str = "rapid", text: str = "夜間") -> int:
    """A version that waits; gives its number."""
    with database.write() as session:
        draft = find_draft(session, form, about)
        items = {"overview": {"text": text}} if "overview" in {one.name for one in form_of(form).items} else {}
        save(session, form, about, items, revision=draft.revision if draft else 0, actor=SUZUKI, now=LATER)
        report = filled(session, form, about, settings)
        return hand_over(session, report, about, make_all(report, settings, LATER), actor=SUZUKI, now=LATER).number


def version_of(session: Session, about: ReportSubject, form: str = "rapid") -> ReportVersion:
    return versions_of(session, form, about)[0]


@pytest.mark.parametrize("name", [name for name, form in load_forms().items() if not form.of_quarter])
def test_every_form_is_filled_with_what_is_known_and_names_what_is_missing(
    database: Database, about: ReportSubject, settings: Settings, name: str
) -> None:
    with database.write() as session:
        session.add(RankingRow(incident_id=about.incident_id, basis="b" * 64, found=RANKING, asked_at=NOW))
    with database.read() as session:
        report = filled(session, name, about, settings)
    assert report.gap_count > 0
    assert all(item.known or item.gaps for item in report.items)
    if report.cites:
        assert all(known.source for item in report.items for known in item.known)
    assert all(set(item.heading) == {"ja", "en"} for item in report.items)
    assert from_data(report.as_data()) == report
    told = " ".join(text for _, text in report.texts())
    assert ("●●1" in told) == (name == "cause"), "who ranks stands in the root-cause report alone"
    assert make_all(report, settings, LATER)


def test_a_place_whose_address_is_none_keeps_no_report_from_being_written(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    with database.write() as session:
        session.execute(update(Capture).values(address="http://[x/+1"))
        report = filled(session, "rapid", about, settings)
    assert any(known.table for known in report.items[0].known)


def test_the_words_of_an_added_task_stand_in_no_report(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    """People name operators and customers in them, and what the program tells goes to an office by itself."""
    with database.write() as session:
        assert about.incident_id is not None
        for state in ("done", "open"):
            task = add_task(session, about.incident_id, "作業者 佐藤健 に聞く", actor=SUZUKI, now=NOW)
            if state == "done":
                settle_task(session, task.id, state, actor=SUZUKI, now=NOW)
        told = {name: _told(session, name, about, settings) for name in load_forms() if name != "quarterly"}
    assert not [name for name, text in told.items() if "佐藤" in text]
    assert "担当者が追加した作業" in told["rapid"]


def _told(session: Session, form: str, about: ReportSubject, settings: Settings) -> str:
    return " ".join(text for _, text in filled(session, form, about, settings).texts())


def test_the_reports_to_the_authority_have_the_nine_items(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    with database.read() as session:
        for name in ("rapid", "final"):
            assert [item.name for item in filled(session, name, about, settings).items] == NINE
        assert filled(session, "gdpr33", about, settings).language == "en"
        first, last = (filled(session, name, about, settings).gap_count for name in ("rapid", "final"))
    assert last > first, "the final report asks for more"


def test_confirmed_and_possible_people_stand_apart(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    with database.write() as session:
        before = filled(session, "rapid", about, settings)
        assert about.incident_id is not None
        actions.act(session, about.incident_id, "confirm-csirt", actor=SUZUKI, now=NOW)
        say(session, about.incident_id, {"people-possible": "1200"}, actor=SUZUKI, now=NOW, reason="an estimate")
        after = filled(session, "rapid", about, settings)
    people = {item.name: item for item in before.items}["people"]
    assert any("漏えいを確認した本人の数" in gap.text for gap in people.gaps)
    told = " ".join(known.text for known in {item.name: item for item in after.items}["people"].known)
    assert "確認した本人の数は 3 人" in told
    assert "1,200 人" in told


@pytest.mark.both_databases
def test_a_report_is_filed_after_somebody_else_approved_it_and_meets_its_deadline(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    number = asked(database, about, settings)
    filing: dict[str, Any] = {"recipient": "総合通信局", "reference": "R-1", "at": LATER, "actor": SUZUKI, "now": LATER}
    meets = ["jp-appi-authority/first-report"]
    with database.write() as session:
        version = version_of(session, about)
        with pytest.raises(ReportError, match="not approved"):
            file_version(session, version, **filing)
        with pytest.raises(ReportRightsError, match="data-owner"):
            decide(session, version, approve=True, reason="", actor=SUZUKI, now=LATER)
        stranger = by("x", Role.DATA_OWNER, extracts=("other",))
        with pytest.raises(ReportRightsError, match="no extract"):
            decide(session, version, approve=True, reason="", actor=stranger, now=LATER)
        decide(session, version, approve=True, reason="", actor=OWNER, now=LATER)
        with pytest.raises(IncidentError):
            file_version(session, version, **(filing | {"actor": OWNER}))
        with pytest.raises(ReportError, match="recipient"):
            file_version(session, version, **(filing | {"recipient": " "}))
        with pytest.raises(ReportError, match="not come"):
            file_version(session, version, **(filing | {"at": LATER + timedelta(days=1)}))
        file_version(session, version, **filing, meets=meets)
    with database.read() as session:
        kinds = [kind for kind in session.scalars(select(Event.kind).order_by(Event.id)) if kind.startswith("report")]
        assert kinds == ["report-saved", "report-asked", "report-approved", "report-filed"]
        clock = session.scalars(
            select(DeadlineRow).where(DeadlineRow.step == "first-report", DeadlineRow.state == "met")
        )
        assert [row.reference for row in clock] == [f"rapid v{number} → 総合通信局 (R-1)"]
        assert list(find_wrong_reports(session)) == []
        lines = list_versions(session, language="ja", actor=OWNER)
        assert [(one.state, one.recipient) for one in lines] == [("filed", "総合通信局")]


def test_who_wrote_it_approves_it_only_when_nobody_else_could(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    alone = by("root", Role.RESPONDER, Role.DATA_OWNER)
    with database.write() as session:
        for form in ("rapid", "final"):
            report = filled(session, form, about, settings)
            hand_over(session, report, about, make_all(report, settings, LATER), actor=alone, now=LATER)
        decide(session, version_of(session, about), approve=True, reason="", actor=alone, now=LATER)
        event = session.scalars(select(Event).where(Event.kind == "report-approved")).one()
        assert event.data["alone"] is True
        add_account(session, "nakamura", roles=[Role.DATA_OWNER], extracts=["*"], actor=SYSTEM, now=NOW)
        with pytest.raises(ReportRightsError, match="somebody else"):
            decide(session, version_of(session, about, "final"), approve=True, reason="", actor=alone, now=LATER)


def test_what_was_written_while_a_version_waited_is_not_approved_by_who_wrote_it(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    both = by("root", Role.RESPONDER, Role.DATA_OWNER)
    asked(database, about, settings)
    with database.write() as session:
        add_account(session, "nakamura", roles=[Role.DATA_OWNER], extracts=["*"], actor=SYSTEM, now=NOW)
        save(session, "rapid", about, {"cause": {"text": "別の原因"}}, revision=1, actor=both, now=LATER)
        decide(session, version_of(session, about), approve=True, reason="", actor=OWNER, now=LATER)
        file_version(
            session, version_of(session, about), recipient="局", reference="", at=LATER, actor=SUZUKI, now=LATER
        )
        report = filled(session, "rapid", about, settings)
        hand_over(session, report, about, make_all(report, settings, LATER), actor=SUZUKI, now=LATER)
        with pytest.raises(ReportRightsError, match="somebody else"):
            decide(session, version_of(session, about), approve=True, reason="", actor=both, now=LATER)
        decide(session, version_of(session, about), approve=True, reason="", actor=OWNER, now=LATER)
        draft = find_draft(session, "rapid", about)
        assert draft is not None
        assert draft.writers == [], "what is written on is the next version's"


def test_one_version_waits_at_a_time_and_nothing_new_is_no_version(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    asked(database, about, settings)
    with pytest.raises(ReportError, match="waits"):
        asked(database, about, settings, text="別の文")
    with database.write() as session:
        version = version_of(session, about)
        with pytest.raises(ReportError, match="reason"):
            decide(session, version, approve=False, reason=" ", actor=OWNER, now=LATER)
        decide(session, version, approve=False, reason="件数を直すこと", actor=OWNER, now=LATER)
    assert asked(database, about, settings, text="別の文") == 2
    with database.read() as session:
        new, old = (from_data(one.content) for one in versions_of(session, "rapid", about))
        changed = {one.name: one.lines for one in differences(old, new)}
        assert set(changed) == {"overview"}
        assert ("gone", "夜間") in changed["overview"]
        assert ("new", "別の文") in changed["overview"]


def test_an_approved_version_that_is_wrong_is_returned_instead_of_filed(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    asked(database, about, settings)
    with database.write() as session:
        version = version_of(session, about)
        decide(session, version, approve=True, reason="", actor=OWNER, now=LATER)
        with pytest.raises(ReportRightsError):
            decide(session, version, approve=False, reason="件数", actor=SUZUKI, now=LATER)
        with pytest.raises(ReportError, match="does not wait"):
            decide(session, version, approve=True, reason="", actor=OWNER, now=LATER)
        decide(session, version, approve=False, reason="件数が変わった", actor=OWNER, now=LATER)
        draft = find_draft(session, "rapid", about)
        assert draft is not None
        assert draft.writers == ["suzuki"]
        with pytest.raises(ReportError, match="not approved"):
            file_version(session, version, recipient="局", reference="", at=LATER, actor=SUZUKI, now=LATER)
    assert asked(database, about, settings, text="直した文") == 2
    with database.write() as session:
        assert list(find_wrong_reports(session)) == []
        new = version_of(session, about)
        decide(session, new, approve=True, reason="", actor=OWNER, now=LATER)
        file_version(session, new, recipient="局", reference="", at=LATER, actor=SUZUKI, now=LATER)
        with pytest.raises(ReportError):
            decide(session, new, approve=False, reason="遅い", actor=OWNER, now=LATER)


def test_nothing_is_filed_before_it_was_approved(database: Database, about: ReportSubject, settings: Settings) -> None:
    """A deadline that was missed is not met by saying that the version went out earlier than it was there."""
    asked(database, about, settings)
    filing: dict[str, Any] = {"recipient": "局", "reference": "", "actor": SUZUKI, "now": LATER + timedelta(hours=1)}
    with database.write() as session:
        version = version_of(session, about)
        decide(session, version, approve=True, reason="", actor=OWNER, now=LATER + timedelta(seconds=50))
        with pytest.raises(ReportError, match="was approved at"):
            file_version(session, version, **filing, at=LATER - timedelta(minutes=1))
        file_version(session, version, **filing, at=LATER)  # the minute of the approval, as forms say it


@pytest.mark.parametrize("field", ["recipient", "reference"])
def test_what_is_typed_of_a_filing_is_kept_whole_or_refused(
    database: Database, about: ReportSubject, settings: Settings, field: str
) -> None:
    asked(database, about, settings)
    filing: dict[str, Any] = {"recipient": "局", "reference": "1", "actor": SUZUKI, "now": LATER, "at": LATER}
    with database.write() as session:
        version = version_of(session, about)
        decide(session, version, approve=True, reason="", actor=OWNER, now=LATER)
        with pytest.raises(ReportError, match="501"):
            file_version(session, version, **filing | {field: "x" * 501})
        file_version(session, version, **filing | {field: " 局\u202e番 "})
        assert getattr(version, field) == "局[U+202E]番"


def test_a_report_of_which_a_table_alone_changed_is_new(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    """A deadline that was missed since stands in a table; its sentence is the same."""
    asked(database, about, settings, form="management")
    with database.write() as session:
        version = version_of(session, about, "management")
        decide(session, version, approve=True, reason="", actor=by("other", Role.RESPONDER), now=LATER)
        file_version(session, version, recipient="社長", reference="", at=LATER, actor=SUZUKI, now=LATER)
        draft, late = find_draft(session, "management", about), LATER + timedelta(days=40)
        report = fill(session, "management", about, settings, now=LATER, written=draft.items if draft else None)
        with pytest.raises(ReportError, match="says nothing"):
            hand_over(session, report, about, [], actor=SUZUKI, now=late)
        report = fill(session, "management", about, settings, now=late, written=draft.items if draft else None)
        assert hand_over(session, report, about, [], actor=SUZUKI, now=late).number == 2


def test_nobody_writes_over_what_another_saved(database: Database, about: ReportSubject) -> None:
    with database.write() as session:
        save(session, "rapid", about, {"cause": {"text": "一"}}, revision=0, actor=SUZUKI, now=LATER)
        with pytest.raises(ReportError, match="suzuki"):
            save(session, "rapid", about, {"cause": {"text": "二"}}, revision=0, actor=OWNER, now=LATER)
        for wrong in ({"nothing": {"text": "x"}}, {"cause": {"text": "x" * 20_001}}):
            with pytest.raises(ReportError):
                save(session, "rapid", about, wrong, revision=1, actor=SUZUKI, now=LATER)
        with pytest.raises(NotAllowedError):
            save(session, "rapid", about, {}, revision=1, actor=by("a", Role.AUDITOR), now=LATER)
        with pytest.raises(NotAllowedError):
            save(session, "cause", about, {}, revision=0, actor=OWNER, now=LATER)


@pytest.mark.both_databases
def test_of_two_who_save_a_quarter_at_once_the_second_is_told(database: Database) -> None:
    quarter = ReportSubject(quarter="2026-Q3")
    saved: dict[str, Any] = {"now": LATER, "actor": SUZUKI}
    with database.write() as session:
        save(session, "quarterly", quarter, {"outlook": {"text": "一"}}, revision=0, **saved)

    def write_over() -> None:
        with database.write() as session:
            save(session, "quarterly", quarter, {"outlook": {"text": "三"}}, revision=1, **saved)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            save(session, "quarterly", quarter, {"outlook": {"text": "二"}}, revision=1, **saved)
            other = pool.submit(write_over)
            time.sleep(0.5)
        with pytest.raises(ReportError, match="suzuki"):
            other.result()


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        (ReportVersion, {"state": "filed"}, "state"), (ReportVersion, {"recipient": "nobody"}, "recipient"),
        (ReportVersion, {"sha256": "0" * 64}, "sha256"), (ReportVersion, {"content": {}}, "what it says"),
        (ReportVersion, {"writers": []}, "writers"), (ReportVersion, {"asked_by": "nobody"}, "asked_by"),
        (ReportVersion, {"asked_at": NOW}, "asked_at"), (ReportDraft, {"saved_by": "nobody"}, "saved last"),
        (ReportDraft, {"revision": 9}, "saved last"), (ReportOutput, {"content": b"another"}, "file"),
        (ReportDraft, {"items": {}}, "saved last"),
    ],
)  # fmt: skip
def test_a_changed_report_is_found(
    database: Database, about: ReportSubject, settings: Settings, table: type[Any], values: dict[str, Any], said: str
) -> None:
    asked(database, about, settings)
    with database.write() as session:
        assert list(find_wrong_reports(session)) == []
        session.execute(update(table).values(**values))
    with database.read() as session:
        assert any(said in one for _, one in find_wrong_reports(session))


@pytest.mark.parametrize("table", [ReportVersion, ReportDraft])
def test_a_removed_report_is_found(
    database: Database, about: ReportSubject, settings: Settings, table: type[Any]
) -> None:
    asked(database, about, settings)
    with database.write() as session:
        session.execute(delete(ReportOutput))
        session.execute(delete(table))
    with database.read() as session:
        assert any(said == "its timeline is there, it is not" for _, said in find_wrong_reports(session))


def test_a_version_of_before_its_writers_were_told_is_whole(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    asked(database, about, settings)
    with database.write() as session:
        event = session.scalars(select(Event).where(Event.kind == "report-asked")).one()
        made = {name: value for name, value in event.data["made"].items() if name != "writers"}
        event.data = event.data | {"made": made}
    with database.read() as session:
        assert list(find_wrong_reports(session)) == []


def test_a_version_stays_as_it_was_while_the_incident_moves_on(
    database: Database, about: ReportSubject, settings: Settings
) -> None:
    asked(database, about, settings)
    with database.read() as session:
        version = version_of(session, about)
        before = {name: output_bytes(session, version, name).content for name in ("md", "pdf", "docx")}
        content = version.content
    with database.write() as session:
        assert about.incident_id is not None
        actions.act(session, about.incident_id, "confirm-csirt", actor=SUZUKI, now=LATER)
        draft = find_draft(session, "rapid", about)
        assert draft is not None
        save(session, "rapid", about, {"overview": {"text": "新"}}, revision=draft.revision, actor=SUZUKI, now=LATER)
    with database.read() as session:
        version = version_of(session, about)
        assert version.content == content
        assert {name: output_bytes(session, version, name).content for name in before} == before


@pytest.mark.both_databases
@pytest.mark.usefixtures("about")
def test_a_quarter_counts_what_fell_into_it(database: Database, settings: Settings) -> None:
    form = form_of("quarterly")
    with database.read() as session:
        report = fill(session, "quarterly", about_of("2026-Q4", form), settings, now=LATER)
        other = fill(session, "quarterly", about_of("2026-Q3", form), settings, now=LATER)
    told, nothing = (" ".join(text for _, text in one.texts()) for one in (report, other))
    assert "発生した事案は 1 件、該当する本人は延べ 3 人" in told
    assert "発生した事案は 0 件" in nothing
    for wrong in ("2026-Q5", "7", "", "２０２６-Q1"):
        with pytest.raises(ReportError):
            about_of(wrong, form)
    with pytest.raises(ReportError):
        about_of("2026-Q3", form_of("rapid"))
    with pytest.raises(ReportError, match="expected one of"):
        form_of("nothing")


def test_forms_are_listed_for_whom_they_are(database: Database, about: ReportSubject) -> None:
    with database.read() as session:
        mine = {one.form for one in list_forms(session, about, language="en", actor=OWNER)}
        theirs = {one.form for one in list_forms(session, about, language="en", actor=by("k", Role.INVESTIGATOR))}
    assert "cause" not in mine
    assert theirs - mine == {"cause"}

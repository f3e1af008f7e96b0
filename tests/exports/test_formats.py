"""Every format opens in its own reader, tells what was chosen, and no more than may be seen."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pymisp
import pytest
import stix2
import stix2validator
from pymisp import MISPEvent
from sqlalchemy import select, update

from core.actors import SYSTEM
from core.encodings.csv_text import FORMULA_STARTS
from core.query.errors import QueryError
from exports.errors import ExportError
from exports.formats import load_formats
from exports.formats.stix import INCIDENT_CORE
from exports.sketch_rows import REQUIRED
from incidents.errors import NoIncidentError
from incidents.models import Event, Sighting
from incidents.timeline.events import add_event
from people.errors import NotAllowedError
from root_cause.dossier.opened import shown_records
from tests.actors import by
from trails.models import TrailImport

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from tests.exports.conftest import Take
    from tests.web.explore.night import Night
    from tests.web.scene import Scene

AUTHOR = "nightowl"
TITLE = "新規リスト 一部公開"
FORMS = sorted(load_formats())
TYPES = json.loads((Path(pymisp.__file__).parent / "data" / "describeTypes.json").read_text("utf-8"))["result"]


def whole(path: Path) -> str:
    """Everything that is in a file, out of whatever it is packed in."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


@pytest.mark.parametrize("form", ["misp", "stix", "bag", "csv", "xlsx", "timesketch"])
def test_what_people_typed_is_masked_as_strangers_words_are(
    take: Take, scene: Scene, database: Database, clock: SetClock, form: str
) -> None:
    """The law: an identifier that somebody typed, wherever it was, leaves in no masked export; hashes stay whole."""
    phone, digest = "090-1234-5678", "ab" * 32
    with database.write() as session:
        for kind, data in (
            ("note", {"text": f"rang {phone}\nnobody answered"}),
            ("incident-exported", {"form": "csv", "count": 1, "sha256": digest, "reason": f"for {phone}"}),
            ("task-added", {"task": 1, "what": f"ring {phone}", "owner": "suzuki", "due": "2026-12-01"}),
        ):
            add_event(session, kind, actor=by("鈴木"), now=clock.now(), incident_id=scene.incident_id, data=data)
    more = {"chosen": "events"} if form in {"csv", "xlsx"} else {}
    for reveal in (False, True):
        path, _ = take(form, reason=f"asked from {phone}", reveal=reveal, **more)
        held = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                held = b"\n".join(map(packed.read, packed.namelist()))
        assert (phone.encode() in held) == reveal
        assert digest.encode() in held


@pytest.mark.parametrize("form", FORMS)
def test_a_masked_export_holds_no_word_of_the_leak(take: Take, scene: Scene, form: str) -> None:
    path, tally = take(form)
    text = whole(path)
    assert tally.count
    title = () if form == "bag" else ("一部公開",)  # a line of its text that pages show, too
    for hidden in (scene.secret, AUTHOR, "佐伯", "seller@leaks.example", *title):
        assert hidden not in text
        assert hidden.encode("ascii", "backslashreplace").decode() not in text


@pytest.mark.parametrize("form", [one for one in FORMS if not load_formats()[one].has_records])
def test_who_may_and_says_why_gets_the_words(take: Take, form: str) -> None:
    more = {"chosen": "documents"} if load_formats()[form].has_lists else {}
    text = whole(take(form, reveal=True, **more)[0])
    assert any(title in text for title in (TITLE, json.dumps(TITLE)[1:-1]))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_incident_is_the_same_file(take: Take, form: str) -> None:
    if load_formats()[form].suffix.endswith((".zip", ".xlsx")):
        pytest.skip("a container says when it was made")
    notes = {"events": "kind:note"}  # that it was taken is an event, too
    assert take(form, **notes)[0].read_bytes() == take(form, **notes)[0].read_bytes()


def test_a_misp_event_loads_and_each_value_is_of_a_kind_that_misp_knows(take: Take, scene: Scene) -> None:
    path, tally = take("misp", reveal=True)
    held = json.loads(path.read_text("utf-8"))
    event = MISPEvent()
    event.load(held, validate=False)
    for one in [*event.attributes, *(attribute for made in event.objects for attribute in made.attributes)]:
        assert one.type in TYPES["category_type_mappings"][one.category], (one.category, one.type)
    assert event.objects
    names = {one.name for one in event.objects}
    assert names == {"file", "leaked-document"}
    places = [one for one in event.objects if one.name == "leaked-document"]
    assert [one.get_attributes_by_relation("url")[0].value for one in places] == ["http://paste.example/+42"]
    assert places[0].references[0].referenced_uuid in {one.uuid for one in event.objects if one.name == "file"}
    counters = {one.comment: one.value for one in event.attributes if one.type == "counter"}
    assert counters["customers"] in {40, "40"}
    assert "名簿を確認 0" in event.event_reports[0].content
    assert event.event_reports[0].content.count("\n") == tally.taken["events"] - 1
    assert f"/incidents/{scene.incident_id}" in path.read_text("utf-8")


def test_a_feed_is_read_back_as_misp_pulls_it(take: Take, tmp_path: Path) -> None:
    path, _ = take("misp-feed")
    feed = tmp_path / "feed"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(feed)
    manifest = json.loads((feed / "manifest.json").read_text("utf-8"))
    assert len(manifest) == 1
    hashes = [line.split(",") for line in (feed / "hashes.csv").read_text("ascii").split()]
    for uuid, told in manifest.items():
        event = MISPEvent()
        event.load_file(str(feed / f"{uuid}.json"))
        assert event.info == told["info"]
        assert told["Orgc"]["name"] == event.Orgc.name
        assert {one for one, of in hashes if of == uuid} >= set(event.attributes_hashes("md5"))


def test_a_bundle_is_valid_stix(take: Take) -> None:
    path, _ = take("stix", reveal=True)
    text = path.read_text("utf-8")
    found = stix2validator.validate_string(text, stix2validator.ValidationOptions(version="2.1"))
    assert found.is_valid, found
    bundle: Any = stix2.parse(text, allow_custom=True)
    ids = [one.id for one in bundle.objects]
    assert len(ids) == len(set(ids))
    of = {kind: [one for one in bundle.objects if one.type == kind] for kind in {one.type for one in bundle.objects}}
    told = of["incident"][0].extensions[INCIDENT_CORE]
    assert (told["determination"], told["investigation_status"]) == ("suspected", "new")
    assert 70 <= told["criticality"] <= 89, "high, in the words of STIX"
    assert {one.relationship_type for one in of["relationship"]} == {"impacts", "related-to"}
    known = set(ids)
    for one in of["relationship"]:
        assert {one.source_ref, one.target_ref} <= known
    for one in of["observed-data"]:
        assert set(one.object_refs) <= known
        assert one.first_observed <= one.last_observed
    assert of["file"][0].id == stix2.File(hashes=of["file"][0].hashes, name=of["file"][0].name).id


def sketch_read(path: Path) -> list[dict[str, str]]:
    """Rows as Timesketch takes them: what it requires is there, and the time is one (`lib/utils.py`, read)."""
    if path.name.endswith(".csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        assert all(row.get(name) for name in REQUIRED), row
        at = datetime.fromisoformat(row["datetime"])
        assert at.utcoffset() is not None
        assert int(row["timestamp"]) == round(at.timestamp() * 1_000_000)
    return rows


@pytest.mark.parametrize("form", ["timesketch", "timesketch-csv"])
def test_timesketch_gets_the_timeline_and_the_records_of_the_customers(
    take: Take, night: Night, database: Database, form: str
) -> None:
    path, tally = take(form)
    rows = sketch_read(path)
    records = [row for row in rows if row["data_type"] == "hinomi:access:record"]
    assert len(records) == tally.taken["records"] >= 40
    assert len(rows) == tally.taken["records"] + tally.taken["events"]
    assert "tanaka" not in path.read_text("utf-8")
    named = path.read_text("utf-8") if not tally.taken["records"] else take(form, reveal=True)[0].read_text("utf-8")
    assert "tanaka-0007" in named
    del night
    with database.read() as session:
        assert session.scalar(select(TrailImport.undated)) == tally.left_out["undated_records"]


def test_records_without_a_time_are_counted_and_left_out(take: Take, night: Night, monkeypatch: Any) -> None:
    from exports import records

    shown = shown_records

    def undated(*args: Any, **more: Any) -> list[dict[str, Any]]:
        return [one | ({"when": None} if number % 2 else {}) for number, one in enumerate(shown(*args, **more))]

    del night
    _, dated = take("timesketch")
    monkeypatch.setattr(records, "shown_records", undated)
    path, tally = take("timesketch")
    assert tally.left_out["undated_records"] > dated.taken["records"] // 3
    assert tally.taken["records"] + tally.left_out["undated_records"] == dated.taken["records"]
    sketch_read(path)


@pytest.mark.parametrize("chosen", ["incidents", "events", "documents", "customers"])
def test_lists_hold_the_same_rows_as_csv_and_as_a_workbook(take: Take, chosen: str) -> None:
    notes = {"chosen": chosen, "events": "kind:note"}
    path, tally = take("csv", **notes)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    book = openpyxl.load_workbook(take("xlsx", **notes)[0], read_only=True)
    assert book.sheetnames == [chosen]
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book[chosen].iter_rows(values_only=True)]
    assert sheet == rows
    assert tally.taken[chosen] == len(rows) - 1 > 0


def test_a_workbook_holds_all_lists(take: Take) -> None:
    book = openpyxl.load_workbook(take("xlsx")[0], read_only=True)
    assert book.sheetnames == ["incidents", "events", "documents", "customers"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_is_a_formula(
    take: Take, scene: Scene, database: Database, clock: SetClock, form: str, start: str
) -> None:
    with database.write() as session:
        data = {"text": f"{start}HYPERLINK(1)\x0bx"}
        add_event(session, "note", actor=by(f"{start}who"), now=clock.now(), incident_id=scene.incident_id, data=data)
    path, _ = take(form, chosen="events")
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
    else:
        sheet = openpyxl.load_workbook(path)["events"]
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    assert any("who" in cell for cell in cells)


def test_a_search_chooses(take: Take, scene: Scene) -> None:
    path, tally = take("csv", events="kind:note 確認 1")
    assert (tally.taken["events"], "名簿を確認 1" in path.read_text("utf-8-sig")) == (1, True)
    _, tally = take("csv", incident_id=None, events="kind:note 確認 2")
    assert tally.taken["events"] == 1
    _, tally = take("csv", incident_id=None, documents="verdict:leak", chosen="incidents")
    assert tally.taken["incidents"] == 1
    _, tally = take("csv", documents="verdict:clear", chosen="documents")
    assert tally.taken["documents"] == 0
    path, tally = take("misp", incident_id=None, events=f"incident:{scene.incident_id}")
    assert [one["Event"]["info"] for one in json.loads(path.read_text("utf-8"))["response"]]
    for wrong in ({"incident_id": None}, {"incident_id": None, "events": "nothing-like-this"}, {"form": "pdf"}):
        with pytest.raises(ExportError):
            take(**({"form": "csv"} | wrong))
    with pytest.raises(QueryError):
        take("csv", events="knd:x")
    with pytest.raises(NoIncidentError):
        take("stix", incident_id=99)


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_an_event_with_its_hash(take: Take, database: Database, form: str) -> None:
    from hashlib import sha256

    path, tally = take(form)
    with database.read() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.kind == "incident-exported"
    assert event.data["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert (event.data["count"], event.data["reason"], event.data["form"]) == (tally.count, "a test", form)


def test_who_may_not_takes_nothing(take: Take, house: Any) -> None:
    from core.actors import Role
    from exports.deed import check_allowed
    from exports.wish import ExportWish

    del take, house
    for role, wish in (
        (Role.DATA_OWNER, ExportWish("csv", 1)), (Role.ADMINISTRATOR, ExportWish("stix", 1)),
        (Role.AUDITOR, ExportWish("bag", 1, reveal=True, reason="x")),
        (Role.AUDITOR, ExportWish("misp", 1, push=True)),
        (Role.INVESTIGATOR, ExportWish("csv", 1, chosen="customers", reveal=True, reason="x")),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            check_allowed(wish, by("someone", role))
    check_allowed(ExportWish("bag", 1), by("someone", Role.AUDITOR))
    check_allowed(ExportWish("csv", 1, reveal=True, reason="x"), by("someone", Role.INVESTIGATOR))


def test_what_is_merged_is_part_of_it_and_others_are_not(
    take: Take, database: Database, scene: Scene, clock: SetClock
) -> None:
    from incidents.models import Incident

    with database.write() as session:
        first = session.get_one(Incident, scene.incident_id)
        values = {
            column.name: getattr(first, column.name) for column in Incident.__table__.columns if column.name != "id"
        }
        other, third = Incident(**values), Incident(**values)
        session.add_all([other, third])
        session.flush()
        for one, words in ((other, "of the merged"), (third, "of a stranger")):
            add_event(session, "note", actor=SYSTEM, now=clock.now(), incident_id=one.id, data={"text": words})
        session.execute(update(Incident).where(Incident.id == other.id).values(merged_into=scene.incident_id))
        assert session.scalar(select(Sighting.incident_id)) == scene.incident_id
    text = take("timesketch")[0].read_text("utf-8")
    assert ("of the merged" in text, "of a stranger" in text) == (True, False)

"""Documents are found by what is known of them, as a naive look finds them, and never by what they hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import select

from archive.models import Capture, CaptureText, DocumentRow
from archive.rows import searched
from core.query.expressions import All, Any, Between, Expression, Is, Not, Word
from core.query.folding import folded
from core.query.wildcards import fits
from incidents.documents import compiled, search
from incidents.documents.fields import DocumentQuery
from incidents.documents.search import every_document, parse_documents, search_all_documents, search_documents
from incidents.errors import SearchError
from incidents.findings import NewFinding, record_finding
from incidents.models import FindingRow
from tests.incidents.makers import NOW, Leaked, make_document, take, wipe

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

WORDS = ["名簿", "ｶﾀｶﾅ", "Paste", "PASTE", "%", "_", "a*", "seller", "\\"]
FIELDS = ["phone", "name", "address"]
EXTRACTS = ["sales-1", "sales-2", "抽出", 'a"b*c%_\\', "Ünits", "x", "calls-2026-04", "y"]
titles = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=3).map(" ".join)
rows = st.tuples(
    titles, st.sampled_from(["seller", "Seller2", ""]), st.sampled_from(["forum", "my-paste"]),
    st.sampled_from(["", "leak", "overlap", "clear"]), st.integers(0, 20), st.integers(-30, 0), st.booleans(),
)  # fmt: skip
conditions: st.SearchStrategy[Expression] = (
    (st.sampled_from(WORDS) | st.text(min_size=1, max_size=3)).map(Word)
    | st.sampled_from([Is("title", "名簿"), Is("title", "*paste*"), Is("author", "sell*"), Is("source", "forum")])
    | st.sampled_from([Is("verdict", "leak"), Is("verdict", "*l*"), Is("state", "waiting"), Is("field", "phone")])
    | st.sampled_from([Is("extract", "sales-*"), Is("extract", "抽出"), Is("hash", "a"), Is("address", "/1")])
    | st.sampled_from([Is("extract", "*-*-*"), Is("extract", 'a"b*c%_\\'), Is("field", "*p*e*"), Is("field", "n*e")])
    | st.sampled_from([Is("extract", "Ünits"), Is("extract", "SALES-1"), Is("extract", "*")])
    | st.integers(0, 20).map(lambda least: Between("people", least, None))
    | st.integers(0, 20).map(lambda most: Between("subjects", None, most, below=True))
    | st.integers(-30, 0).map(lambda hours: Between("fetched", NOW + timedelta(hours=hours), None))
    | st.integers(-30, 0).map(lambda hours: Between("posted", None, NOW + timedelta(hours=hours), below=True))
)
expressions = st.recursive(
    conditions,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=5,
)


def write(database: Database, given: list[tuple[str, str, str, str, int, int, bool]]) -> None:
    with database.write() as session:
        for number, (title, author, source, verdict, people, hours, is_posted) in enumerate(given):
            document = make_document(session, f"content {number}")
            document.title = title.replace("\0", "")
            at = NOW + timedelta(hours=hours)
            capture = Capture(
                document_id=document.id, source=source, address=f"http://x.invalid/{number}", author=author,
                posted_at=at - timedelta(hours=1) if is_posted else None, posted_as_written="", fetched_at=at,
                warc_file="x", warc_offset=0,
            )  # fmt: skip
            session.add(capture)
            session.flush()
            texts = searched(document.title, author, capture.address, source)
            session.add(CaptureText(capture_id=capture.id, **texts))
            if verdict:
                finding = NewFinding(
                    verdict, 0.9, people, BitMap(range(people // 2)), 0.5,
                    fields=dict.fromkeys(FIELDS[: people % (len(FIELDS) + 1)], 1),
                    extracts=[{"extract": one, "covered": 1} for one in EXTRACTS[people % 7 : people % 7 + people % 3]],
                )  # fmt: skip
                record_finding(session, document, finding, generation=1, now=NOW)


def naive(session: Session, expression: Expression) -> list[int]:  # noqa: C901  # one line a kind of condition
    def holds(  # noqa: C901, PLR0911, PLR0912  # the same
        one: Expression, capture: Capture, document: DocumentRow, finding: FindingRow | None
    ) -> bool:
        text = [folded(part) for part in (document.title, capture.author, capture.address, capture.source)]
        match one:
            case Word(word):
                return any(folded(word) in part for part in text)
            case Is("title", value):
                return folded(value).strip("*") in text[0]
            case Is("address", value):
                return folded(value) in text[2]
            case Is("author" | "source" as field, value):
                return fits(value, text[1 if field == "author" else 3])
            case Is("hash", value):
                return document.sha256.startswith(value)
            case Is("state", value):
                return document.state == value
            case Is("verdict", value):
                return finding is not None and fits(value, finding.verdict)
            case Is("field", value):
                known = finding is not None and finding.verdict != "clear"
                return known and any(fits(value, one) for one in finding.fields)  # type: ignore[union-attr]
            case Is("extract", value):
                known = finding is not None and finding.verdict != "clear"
                return known and any(  # a name is found as it is written; of letters in general, whatever their case
                    fits(value, one["extract"]) or (value.isascii() and fits(value.lower(), one["extract"].lower()))
                    for one in finding.extracts  # type: ignore[union-attr]
                )
            case Between("people" | "subjects" as field):
                return finding is not None and one.holds(getattr(finding, field))
            case Between(field):
                at = capture.fetched_at if field == "fetched" else capture.posted_at
                return at is not None and one.holds(at)
            case All(parts):
                return all(holds(part, capture, document, finding) for part in parts)
            case Any(parts):
                return any(holds(part, capture, document, finding) for part in parts)
            case Not(part):
                return not holds(part, capture, document, finding)
        return False

    findings = {finding.document_id: finding for finding in session.scalars(select(FindingRow).order_by(FindingRow.id))}
    pairs = session.execute(select(Capture, DocumentRow).join(DocumentRow, DocumentRow.id == Capture.document_id)).all()
    found = [capture for capture, document in pairs if holds(expression, capture, document, findings.get(document.id))]
    return [one.id for one in sorted(found, key=lambda one: (one.fetched_at, one.id), reverse=True)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    given=st.lists(rows, max_size=10), asked=st.lists(expressions, min_size=1, max_size=5), few=st.sampled_from([0, 99])
)
def test_any_search_finds_what_a_naive_look_finds(
    database: Database, given: list[tuple[str, str, str, str, int, int, bool]], asked: list[Expression], few: int
) -> None:
    wipe(database)
    write(database, given)
    with pytest.MonkeyPatch.context() as patch, database.read() as session:
        patch.setattr(compiled, "FEW", few)
        patch.setattr(search, "FEW_TEXTS", few)
        for expression in asked:
            wanted = naive(session, expression)
            query = DocumentQuery(expression)
            ids, after = [], ""
            while True:
                page = search_documents(session, query, after=after, limit=3)
                assert page.total == len(wanted)
                ids += [hit.capture_id for hit in page.hits]
                after = page.next
                if not after:
                    break
            assert ids == wanted
            assert [hit.capture_id for hit in every_document(session, query)] == wanted


def test_documents_are_found_by_incident_and_only_among_those_that_the_reader_may_see(database: Database) -> None:
    take(database, Leaked("one", (1, 2, 3)), source="my-paste")
    take(database, Leaked("two", (7, 8, 9)), source="forum")
    with database.read() as session:
        (hit,) = search_documents(session, parse_documents("事案:2")).hits
        assert (hit.incident_id, hit.source, hit.subjects) == (2, "forum", 3)
        only = DocumentQuery(parse_documents("判定:漏えい").expression, within=frozenset({1}))
        assert [one.source for one in search_documents(session, only).hits] == ["my-paste"]
        assert search_documents(session, DocumentQuery(within=frozenset())).total == 0


def test_what_a_document_holds_is_not_searched(database: Database) -> None:
    take(database, Leaked("090-0000-0000 planted", (1, 2, 3)))
    with database.read() as session:
        assert search_documents(session, parse_documents("planted")).total == 0
        assert search_documents(session, parse_documents("paste.invalid")).total == 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(given=st.lists(rows, max_size=12), asked=expressions)
def test_every_facet_says_how_many_a_search_by_its_value_finds(
    database: Database, given: list[tuple[str, str, str, str, int, int, bool]], asked: Expression
) -> None:
    wipe(database)
    write(database, given)
    with database.read() as session:
        found = search_all_documents(session, DocumentQuery(asked, zone="Asia/Tokyo"))
        assert found.page.is_all
        assert sum(one.events for one in found.facets.source) == found.page.total
        for name in ("source", "verdict", "state", "field", "extract"):
            for value in getattr(found.facets, name):
                # A star in a name is one in a search, which then finds more names than that one.
                if "*" in value.value:
                    continue
                narrowed = DocumentQuery(All((asked, Is(name, value.value))))
                assert search_documents(session, narrowed).total == value.events, (name, value)
        chosen = naive(session, asked)
        when = dict(session.execute(select(Capture.id, Capture.fetched_at)).all())
    days = Counter((when[one] + timedelta(hours=9)).date() for one in chosen)
    assert {day.day: day.events for day in found.days} == days


@pytest.mark.parametrize("number", [0, (1 << 31) - 1])
def test_a_place_behind_any_id_is_one_to_go_on_from(database: Database, number: int) -> None:
    write(database, [("名簿", "seller", "forum", "leak", 4, -hours, False) for hours in range(3)])
    with database.read() as session:
        every = [hit.capture_id for hit in every_document(session, DocumentQuery())]
        after = f"{(NOW + timedelta(days=1)).isoformat()}_{number}"
        assert [hit.capture_id for hit in search_documents(session, DocumentQuery(), after=after).hits] == every


@pytest.mark.parametrize("after", ["2026-11-22T00:00:00_5", "2026-11-22T00:00:00+00:00_2147483648", "_1"])
def test_a_place_of_no_page_is_refused(database: Database, after: str) -> None:
    with database.read() as session, pytest.raises(SearchError):
        search_documents(session, DocumentQuery(), after=after)


def test_what_is_more_than_is_counted_says_so_and_counts_the_newest(database: Database) -> None:
    write(database, [("名簿", "seller", "forum", "leak", 4, -number, False) for number in range(9)])
    with pytest.MonkeyPatch.context() as patch, database.read() as session:
        patch.setattr(search, "COUNTED", 4)
        found = search_all_documents(session, parse_documents("名簿"))
        later = search_all_documents(session, parse_documents("名簿"), limit=2, after=found.page.next or "")
    assert (found.page.total, found.page.is_all) == (4, False)
    assert found.page.since == NOW - timedelta(hours=4)
    assert sum(day.events for day in found.days) == sum(one.events for one in found.facets.verdict) == 4
    assert later.page.total == 4

"""Documents are found by what is known of them, as a naive look finds them, and never by what they hold."""

from __future__ import annotations

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
from incidents.documents.search import every_document, parse_documents, search_documents
from incidents.findings import NewFinding, record_finding
from incidents.models import FindingRow
from tests.incidents.makers import NOW, Leaked, make_document, take, wipe

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

WORDS = ["名簿", "ｶﾀｶﾅ", "Paste", "PASTE", "%", "_", "a*", "seller", "\\"]
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
                    verdict, 0.9, people, BitMap(range(people // 2)), 0.5, fields={"phone": 1} if people else {},
                    extracts=[{"extract": "sales-1" if people % 2 else "抽出", "covered": 1}] if people else [],
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
                return finding is not None and finding.verdict != "clear" and value in finding.fields
            case Is("extract", value):
                known = finding is not None and finding.verdict != "clear"
                return known and any(fits(value, one["extract"]) for one in finding.extracts)  # type: ignore[union-attr]
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

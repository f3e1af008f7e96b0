"""The page of a leak in every encoding, through the archive and the app: what a browser gets decodes to no value."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from archive.models import Capture, DocumentRow
from incidents.actions import take_finding
from incidents.findings import KeptMatch, record_finding
from tests.incidents.makers import Leaked
from tests.small_carrier import PEOPLE
from tests.web.masking.test_encodings import ENCODE, decoded
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database

PERSON = PEOPLE[1]
VALUES = [value for value in PERSON[1:] if value != "100-0001"]


def post(database: Database, archive: Archive, clock: SetClock, name: str, place: dict[str, object]) -> tuple[int, int]:
    """A leak whose values stand in an encoding, in text, title, address and author; its document and its incident."""
    encode = ENCODE[name]
    text = "説明の行\n\n" + "\n".join(encode(value) for value in VALUES)
    kept = archive.hand_in(text.encode(), "post.txt", media_type="text/plain")
    with database.write() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        document.title = f"{PERSON[1]} {encode(PERSON[6])}"
        session.execute(
            update(Capture).where(Capture.id == kept.capture_id).values(
                address=f"https://paste.example/{encode(PERSON[7])}", author=PERSON[1]
            )
        )  # fmt: skip
        new = replace(Leaked(name, (1,)).finding(), matches=[KeptMatch(1, 0.9, {"name": 1.0}, place=place)])
        finding = record_finding(session, document, new, generation=1, now=clock.now())
        return kept.document_id, take_finding(session, finding, now=clock.now()).incident_id or 0


def text_of(page: str) -> str:
    """What a page shows, without its own hashes and marks."""
    body = page.split("<main")[1].split("</main>", maxsplit=1)[0]
    body = re.sub(r'<input[^>]*>|[0-9a-f]{64}|<dd class="break mono small">[^<]*warc[^<]*</dd>', "", body)
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


@pytest.mark.parametrize("name", ENCODE)
def test_neither_the_page_of_a_leak_nor_that_of_its_incident_shows_a_value(
    browser: TestClient, database: Database, archive: Archive, clock: SetClock, name: str
) -> None:
    document_id, incident_id = post(database, archive, clock, name, {"line": 3})
    page = f"/documents/{document_id}"
    for address in (page, f"/incidents/{incident_id}", "/", "/search?q=paste.example"):
        shown = decoded(text_of(browser.get(address).text))
        assert [value for value in VALUES if value in shown] == []
    revealed = browser.post(f"{page}/reveal", data={"reason": "訴訟", "form_mark": form_mark(browser, page)}).text
    assert html.escape(ENCODE[name](PERSON[6]), quote=False) in revealed.replace("&#39;", "'").replace("&#34;", '"')


def test_nothing_of_a_leak_is_shown_whose_customers_stand_on_no_line(
    browser: TestClient, database: Database, archive: Archive, clock: SetClock
) -> None:
    shown, _ = post(database, archive, clock, "hex", {"line": 3})
    assert "説明の行" in browser.get(f"/documents/{shown}").text
    hidden, _ = post(database, archive, clock, "base64", {"member": "base64", "line": 1})
    assert "説明の行" not in browser.get(f"/documents/{hidden}").text

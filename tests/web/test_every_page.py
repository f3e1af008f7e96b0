"""Every page in a real browser: nothing that axe finds fault with, nothing too wide for a phone, nothing too large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from custody.register.history import Act
from custody.register.processors import add_processor
from custody.supervision.edges import edge_between
from custody.supervision.records import About, add_record
from incidents.clocks.settling import meet, waive_clock
from incidents.clocks.statements import say
from tests.actors import by
from tests.deadlines.cases import FIRST_REPORT, SECRECY
from tests.web.people import LOGIN, somebody
from web.routes import load_routes
from web.routes.supervision.processor import TABS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from core.clock import SetClock
    from core.database import Database
    from tests.web.scene import Scene

LARGEST = 150_000
"""Bytes of a page before its pictures."""
NO_PAGES = re.compile(
    r"^/(pulse|api|log/(inclusion|consistency|heads|check_proof|log-key)|sign-in|.*/reveal|.*\.(csv|xlsx|docx)$|.*/attachments/)"
)
"""What is read by programs, leads elsewhere, or shows another page of this list again."""
NOTHING_THERE = 409
"""What the pages over records answer where nobody is enrolled."""
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize(("language", "scheme", "size"), [("ja", "light", "desk"), ("en", "dark", "phone")])
def test_every_page_is_fit_for_everybody(
    chromium: Browser, address: str, scene: Scene, language: str, scheme: str, size: str
) -> None:
    context = chromium.new_context(locale=language, color_scheme=scheme, viewport=SIZES[size])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    home = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    found: dict[str, list[str]] = {}
    for path in dict.fromkeys([*paths(scene), *paths(scene, "quarterly")]):
        answer = page.goto(home + path)
        assert answer is not None
        if answer.status == 404:  # such as a ranking that was never asked for
            continue
        wrong = [f"answered {answer.status}"] if not answer.ok and answer.status != NOTHING_THERE else []
        wrong += [f"{len(answer.body()):,} bytes"] if len(answer.body()) > LARGEST else []
        wrong += too_wide(page)
        wrong += [
            f"axe: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]
        ]
        if wrong:
            found[path] = wrong
    context.close()
    assert not found, "\n".join(f"{path}: {one}" for path, wrong in found.items() for one in wrong)


def paths(scene: Scene, form: str = "rapid") -> list[str]:
    """The address of each page; whoever adds one with a part of another kind says here what it may be."""
    parts = {
        "incident_id": str(scene.incident_id), "document_id": str(scene.document_id), "name": "my-paste",
        "upload": "nothing", "login": LOGIN, "event_id": "1", "export_id": "1",
        "part": "1", "row": "0", "kind": "operator", "handle": "0",
        "extract_id": "1", "processor_id": "1", "scan": "nothing", "saved": "1",
        "record_id": "1", "attachment_id": "1",
        "form": form, "quarter": "2026-Q4", "number": "1",
    }  # fmt: skip
    plain = [re.sub(r":\w+}", "}", route.path) for route in load_routes() if "GET" in (route.methods or ())]
    tabs = [f"/supervision/processors/1?tab={tab}" for tab in TABS]
    return [*tabs, *(path.format(**parts) for path in dict.fromkeys(plain) if not NO_PAGES.match(path))]


def too_wide(page: Page) -> list[str]:
    """What sticks out of the page, or has to be pushed sideways inside it, on whatever screen this is."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    inner = page.evaluate(
        """[...document.querySelectorAll('main *')].filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1
            && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && !e.matches('pre, textarea, .wide-table'))
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    return [f"{over} pixels too wide"] * (over > 0) + [f"scrolls sideways: {one}" for one in inner]


@pytest.fixture(autouse=True)
def deadlines(database: Database, clock: SetClock, scene: Scene) -> None:
    """Deadlines in every state that a page can show."""
    who: dict[str, Any] = {"actor": by("suzuki"), "now": clock.now()}
    facts = {
        "malicious": "possible", "residents": "DE,FR,JP", "people-confirmed": "3", "secrecy": "yes",
        "held-by-processor": "yes", "known": "2026-11-01T10:00+09:00",
    }  # fmt: skip
    with database.write() as session:
        say(session, scene.incident_id, facts, reason="told by the police, who hold the whole list", **who)
        meet(session, scene.incident_id, FIRST_REPORT, reference="receipt 2026-77", at=clock.now(), **who)
        waive_clock(session, scene.incident_id, SECRECY, reason="part of the details", **who)


@pytest.fixture(autouse=True)
def supervised(database: Database, clock: SetClock, scene: Scene) -> None:
    """A processor with a contract below another one, a sheet that was answered, an inspection with a finding."""
    del scene
    act = Act("keeper", clock.now(), clock.now().date())
    with database.write() as session:
        caller = add_processor(session, "架空コールセンター運営株式会社", {"contract_kind": "B"}, act)
        add_processor(session, "架空保守", {"under": caller.name, "contract_kind": "A"}, act)
        edge = edge_between(session, caller.name)
        said = {"topic": "service", "happened_on": act.on, "data": {"tec-auth": "yes", "ext-country": "no"}}
        add_record(session, "check-sheet", About(edge=edge), said, act)
        looked = add_record(session, "inspection", About(caller), {"topic": "paper", "due_on": act.on}, act)
        session.flush()
        add_record(session, "finding", About(of=looked), {"words": "鍵のない棚", "happened_on": act.on}, act)


@pytest.fixture(autouse=True)
def another_account(database: Database, clock: SetClock, home: Path) -> None:
    """Somebody whose page can be looked at."""
    del home
    somebody(database, clock)

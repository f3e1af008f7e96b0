"""The document of the API is true: whatever schemathesis makes of it is answered as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.testclient import TestClient

from core.actors import Role
from core.settings import load_settings
from home import Home
from tests.web.api.test_api import Api
from tests.web.people import somebody
from tests.web.scene import make_scene
from tools.api_page import DOCS, pages
from web.api.operations import OPERATIONS
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database

ALWAYS = 1_000_000
"""Calls a minute: here it is not the limit that is tried."""


@pytest.fixture
def made_of_api(home: Path, database_url: str, database: Database, archive: Archive, clock: SetClock) -> Any:
    """The document as it is served, with a token that may everything."""
    make_scene(database, archive, clock)
    changed = load_settings(home, database={"url": database_url}, people={"calls_per_minute": ALWAYS})
    app = create_app(Home.of(changed, database=database, clock=clock))
    somebody(database, clock, "soar", Role.SERVICE, extracts=())
    api = Api(TestClient(app), database, clock)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers={"host": "127.0.0.1"})
    schema.config.update(headers={"authorization": f"Bearer {api.secret}", "host": "127.0.0.1"})
    return schema


def test_each_call_answers_as_the_document_says(made_of_api: Any) -> None:
    tried = 0
    for result in made_of_api.get_all_operations():
        operation = result.ok()

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def answers_as_it_says(case: Any) -> None:
            # A search or a cursor of its own making may mean nothing, which no schema says; and the good token stands
            # in every call, those that are to be tried without one too: test_api.py tries these.
            case.call_and_validate(excluded_checks=[ignored_auth, positive_data_acceptance])

        answers_as_it_says()
        tried += 1
    assert tried == len(OPERATIONS)


@pytest.mark.parametrize("name", ["api.md", "api.ja.md"])
def test_the_page_is_as_the_operations_are_now(name: str) -> None:
    """Write it anew with ``python -m tools.api_page``."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name]

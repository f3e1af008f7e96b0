"""A home with one leak in it, access records, a log with a key, and hands that make exports of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exports.deed import made_export
from exports.wish import ExportWish
from home import Home
from tests.actors import by
from tests.web.conftest import archive, browser, database_url, scene, settings, stranger
from tests.web.explore.conftest import night
from transparency.keys import create_log_key
from web.masking.applied import PageMasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from exports.tally import ExportTally
    from tests.web.scene import Scene

    Take = Callable[..., tuple[Path, ExportTally]]

__all__ = ["archive", "browser", "database_url", "night", "scene", "settings", "stranger"]


@pytest.fixture
def house(settings: Settings, database: Database, clock: SetClock, scene: Scene) -> Home:
    """The home of the scene, whose log can be signed."""
    del scene
    create_log_key(settings.log_key_path)
    return Home.of(settings, database=database, clock=clock)


@pytest.fixture
def take(house: Home, scene: Scene, tmp_path: Path) -> Take:
    """Make an export of the scene's incident and take it out."""

    def taken(form: str, **more: Any) -> tuple[Path, ExportTally]:
        wish = ExportWish.of({"form": form, "incident_id": scene.incident_id, "reason": "a test"} | more)
        with made_export(wish, house, masks=PageMasks(), actor=by("鈴木")) as made:
            there = tmp_path / made.path.name
            there.write_bytes(made.path.read_bytes())
            return there, made.tally

    return taken

"""The scene of one night behind the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.explore.night import Night, take_night

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene


@pytest.fixture
def night(tmp_path: Path, settings: Settings, database: Database, clock: SetClock, scene: Scene) -> Night:
    """The access records of the scene's leak."""
    del scene
    return take_night(tmp_path, settings, database, clock)

"""An older home brought to this release: what differs, what is done about each, and in which order.

Every step can be done again: one that was cut off is found undone, or done, by the next run. What a database holds is
brought up by its steps (`migrations`). An index of an older format is not: since format 4 all that could be counted in
it is veiled, which needs the values that no index keeps. It is set aside, the home works without it, and the extracts
that were in it are named, to be enrolled again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from core.database import Database
from core.served import is_served, served_url
from core.settings import load_settings
from fingerprints.index.folder import current_folder
from fingerprints.index.manifest import INDEX_VERSION, MANIFEST_FILE
from migrations import is_known, revisions
from upkeep.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.settings import Settings

INDEX, DATABASE, RECORD = "index", "database", "record"
ASIDE: Final = "index-format-{version}"


@dataclass(frozen=True, slots=True)
class OnceEnrolled:
    """An extract that an index knew, and the file that it came from."""

    extract: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What an upgrade does to a home.

    Attributes:
        home: The home.
        steps: `INDEX`, `DATABASE`, `RECORD`: those that are to be done.
        schema: The step that the database is at.
        wanted: The step that this release works with.
        index_format: Of the index that serves; zero without one.
        aside: Where an index goes that cannot be read any more.
        enrol_again: What was in it.
    """

    home: Path
    steps: tuple[str, ...]
    schema: str
    wanted: str
    index_format: int
    aside: Path
    enrol_again: tuple[OnceEnrolled, ...] = field(default=())


def plan_upgrade(home: Path) -> UpgradePlan:
    """Look at a home; nothing is changed.

    Raises:
        SettingsError: Its settings say something that this release does not know.
        BackupError: It is of a later release, or is served at this moment.
    """
    settings = load_settings(home)
    if is_served(home):
        raise BackupError("served", address=served_url(settings))
    database = Database(settings.database_url, busy_timeout_s=settings.database.busy_timeout_s)
    try:
        schema, wanted = revisions(database)
    finally:
        database.close()
    if schema and not is_known(schema):
        raise BackupError("newer", folder=home, got=schema, program="?")
    version, enrolled = _index_there(settings)
    is_old = version not in {0, INDEX_VERSION}
    steps = [*([INDEX] if is_old else []), *([DATABASE] if schema != wanted else [])]
    if steps:
        steps.append(RECORD)
    aside = settings.index_dir.with_name(ASIDE.format(version=version))
    return UpgradePlan(
        home, tuple(steps), schema, wanted, version, aside, enrolled if is_old else _left_aside(settings)
    )


def carry_out(plan: UpgradePlan, bring_up: Callable[[Path], Settings], tell: Callable[[str], None]) -> None:
    """Do what a plan says.

    Args:
        plan: The plan.
        bring_up: What `hinomi init` does to a home: steps of the database, triggers, keys, the record.
        tell: Hears which step begins.
    """
    settings = load_settings(plan.home)
    if INDEX in plan.steps:
        tell(INDEX)
        settings.index_dir.rename(plan.aside)
    tell(DATABASE)
    bring_up(plan.home)  # also where nothing seems to be left: a run may have been cut off behind its last step


def _index_there(settings: Settings) -> tuple[int, tuple[OnceEnrolled, ...]]:
    """Format and extracts of the index that serves, whichever release wrote it; zero where there is none."""
    folder = current_folder(settings.index_dir)
    if folder is None or not (folder / MANIFEST_FILE).is_file():
        return 0, ()
    return _read_any(folder / MANIFEST_FILE)


def _left_aside(settings: Settings) -> tuple[OnceEnrolled, ...]:
    """What an index held that an earlier run set aside, as long as nothing was enrolled since."""
    if current_folder(settings.index_dir) is not None:
        return ()
    for version in range(INDEX_VERSION - 1, 0, -1):
        folder = current_folder(settings.index_dir.with_name(ASIDE.format(version=version)))
        if folder is not None:
            return _read_any(folder / MANIFEST_FILE)[1]
    return ()


def _read_any(manifest: Path) -> tuple[int, tuple[OnceEnrolled, ...]]:
    body = json.loads(manifest.read_bytes())
    known = body.get("enrolments") or body.get("extracts") or []
    enrolled = {one["name"]: OnceEnrolled(one["name"], one.get("rows", 0), one.get("sha256", "")) for one in known}
    return int(body.get("index_version", 1)), tuple(enrolled.values())

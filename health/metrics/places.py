"""What files and folders say, by metric: index, key, disks, sources."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archive.objects import open_place
from crawler.health import watched_sources
from crawler.sources import survey_sources
from fingerprints.index.folder import current_folder, number_of
from fingerprints.index.manifest import MANIFEST_FILE, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from health.metrics.rows import Sample
    from home import Home


def index(home: Home, now: datetime) -> Iterator[Sample]:
    """The generation that serves; its manifest alone is read."""
    folder = current_folder(home.settings.index_dir)
    yield "hinomi_index_generation", (), number_of(folder) if folder else 0
    if folder is not None:
        written = (folder / MANIFEST_FILE).stat().st_mtime
        yield "hinomi_index_customers", (), read_manifest(folder).subjects
        yield "hinomi_index_age_seconds", (), max(0.0, now.timestamp() - written)


def key(home: Home, _now: datetime) -> Iterator[Sample]:
    """Whether it is there; a command that prints it is not run for a metric."""
    settings = home.settings.key
    if settings.command:
        return
    file = home.settings.home / Path(settings.file).expanduser()
    there = bool(os.environ.get(settings.environment)) if settings.environment else file.is_file()
    yield "hinomi_key_present", (), float(there)


def disks(home: Home, _now: datetime) -> Iterator[Sample]:
    """Room where rows and where documents go."""
    archive = open_place(home.settings)
    folders = {"home": home.settings.home} | ({"archive": archive} if isinstance(archive, Path) else {})
    for place, folder in folders.items():
        there = next(path for path in (folder, *folder.parents) if path.is_dir())
        yield "hinomi_disk_free_bytes", (place,), shutil.disk_usage(there).free


def sources(home: Home, now: datetime) -> Iterator[Sample]:
    """Each source by its name in the settings."""
    yield "hinomi_sources_broken", (), len(survey_sources(home.settings.sources_path).broken)
    for source in watched_sources(home.settings, home.database, now).sources:
        yield "hinomi_source_health", (source.name, source.health), 1
        if source.health == "off":
            continue
        alarms = any(one.alarms for one in source.conditions)
        is_up = not alarms and source.health not in {"failed", "overdue", "cut-off"}
        yield "hinomi_source_up", (source.name,), float(is_up)
        if source.last_good_at is not None:
            age = (now - source.last_good_at).total_seconds()
            yield "hinomi_source_last_good_sweep_age_seconds", (source.name,), age
        if source.last is not None:
            yield "hinomi_source_new_documents", (source.name,), source.last.new_documents


PLACES: Final = {"index": index, "key": key, "disks": disks, "sources": sources}
"""Each part is collected for itself: one that fails hides no other."""

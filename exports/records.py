"""The access records of the customers of incidents, names behind handles unless they may be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.query.expressions import Is, any_of
from fingerprints.errors import NoIndexError
from fingerprints.secrets.digests import Digester
from root_cause.dossier.opened import KeyedMeanings, OpenedRecords, shown_records
from trails.explore.explorer import open_explorer
from trails.explore.handles import Handles
from trails.explore.language import condition_of
from trails.explore.questions import rows_of
from trails.explore.rows import read_rows_at
from trails.models import TrailPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.material import ExportMaterial
    from home import Home

AT_ONCE: Final = 20_000
"""Records that are read at a time."""


def open_records(home: Home) -> OpenedRecords:
    """All access records as they stand now."""
    key = home.load_key()
    with home.database.read() as session:
        explorer = open_explorer(session, home.settings.trails_dir, zone=home.settings.trail_zone)
    return OpenedRecords(explorer, Handles(Digester(key)), key, home.database, home.open_index)


def records_of(material: ExportMaterial) -> Iterator[dict[str, Any]]:
    """The records that touch customers of the incidents, file by file, as pages show them.

    Those without a time are counted, and left out.
    """
    if material.session.scalar(select(TrailPart.id).limit(1)) is None:
        return
    try:
        material.home.open_index()
    except NoIndexError:  # nobody was enrolled: no record can be told to be of anybody
        return
    opened = open_records(material.home)
    asked = any_of(Is("leak", str(line.id)) for line in material.incidents())
    found = rows_of(opened.explorer, condition_of(asked, opened.explorer, KeyedMeanings(opened)))
    for part, rows in found.items():
        for start in range(0, len(rows), AT_ONCE):
            frame = read_rows_at(opened.explorer, {part: rows[start : start + AT_ONCE]})
            for one in shown_records(frame, opened.handles, reveal=material.wish.reveal):
                if one["when"] is None:
                    material.tally.left_out["undated_records"] += 1
                    continue
                material.tally.taken["records"] += 1
                yield one

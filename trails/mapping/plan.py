"""What we understand of a log file before anything of it is taken in: to be shown to a person and confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from core.clock import DEFAULT_ZONE
from trails.formats import find_format, format_called
from trails.lines import find_encoding, read_head
from trails.mapping.mapping_file import load_mapping, mapping_path
from trails.mapping.proposal import propose_mapping, with_given
from trails.times import begins_with_day, names_no_year

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from trails.formats.interface import TrailFormat
    from trails.mapping.mapping_file import TrailMapping
    from trails.times import TimeReading
    from trails.zipped_logs import LogPath


@dataclass(frozen=True)
class Plan:
    """What we understood of a file, to be confirmed before anything is written."""

    path: LogPath
    encoding: str
    head: list[str]
    format: TrailFormat
    mapping: TrailMapping
    known: bool
    """Whether the system's mapping was there before, unchanged."""


def plan_import(
    path: LogPath,
    system: str,
    trails_dir: Path,
    *,
    is_number: Callable[[str], bool],
    given: Mapping[str, Sequence[str]] | None = None,
    constants: Mapping[str, str] | None = None,
    zone: str | None = None,
    home_zone: str = DEFAULT_ZONE,
    format_name: str = "",
) -> Plan:
    """Understand a file: encoding, format and what its columns mean.

    Raises:
        UnknownFormatError: It is of no format we read.
        MappingError: It lacks a column that the system's mapping or the person names.
    """
    given, constants = given or {}, constants or {}
    known = load_mapping(mapping_path(trails_dir, system))
    encoding = find_encoding(path)
    head = read_head(path, encoding)
    named = format_name or (known.format if known else "")
    trail_format = format_called(named) if named else find_format(head)
    sample = trail_format.open(head).read(head, 1, last=True).frame
    if known:
        mapping = with_given(known, given, constants, zone)
        mapping.check_columns(sample.columns)
    else:
        mapping = propose_mapping(
            system,
            trail_format,
            sample,
            given=given,
            constants=constants,
            zone=zone or trail_format.zone or home_zone,
            is_number=is_number,
        )
    return Plan(path, encoding, head, trail_format, mapping, mapping == known)


def assumptions(plan: Plan, reading: TimeReading) -> tuple[TimeReading, list[str]]:
    """How the file's times are read, and what has to be assumed for it, which sticks to every conclusion."""
    columns = plan.mapping.fields.get("when", ())
    if not columns:
        return reading, ["no_times"]
    sample = plan.format.open(plan.head, columns).read(plan.head, 1, last=True).frame
    there = [column for column in columns if column in sample.columns]
    texts = sample.select(pl.concat_str(there, separator=" ", ignore_nulls=True)).to_series().to_list() if there else []
    day_first = begins_with_day(texts)
    limits = ["year_assumed"] if len(columns) == 1 and any(map(names_no_year, texts)) else []
    limits += ["month_first_assumed"] if day_first is None else []
    return replace(reading, day_first=bool(day_first)), limits

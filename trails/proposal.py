"""A mapping proposed from the file itself: by the columns' names, then by what stands in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trails.errors import MappingError
from trails.fields import FIELDS, HEADERS, HOLDER_KINDS, normal_header
from trails.mapping import TrailMapping
from trails.times import Reading, read_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from trails.formats.interface import TrailFormat

DATE_WORDS = frozenset({"日付", "年月日", "date"})
TIME_WORDS = frozenset({"時刻", "時間", "time"})
NUMBER_INSIDE = (
    r"(?i)(?:customer|cust|subscriber|kokyaku|お客様番号|顧客番号|契約者番号|会員番号)"
    r"(?:_?(?:id|no|number))?[=:：][ ]*([A-Za-z0-9][A-Za-z0-9-]{3,})"
)
"""A customer number inside a longer text."""
ENOUGH_INSIDE = 0.2
ENOUGH = 0.8
"""Share of a column's values that have to read as a time or a customer number before its content speaks for it."""


def propose_mapping(
    system: str,
    trail_format: TrailFormat,
    sample: pl.DataFrame,
    *,
    given: Mapping[str, Sequence[str]],
    constants: Mapping[str, str],
    zone: str,
    is_number: Callable[[str], bool],
) -> TrailMapping:
    """A mapping for ``sample``; what the person has ``given`` wins over what we would guess."""
    fields = {name: tuple(columns) for name, columns in given.items()}
    fields = _by_header(sample.columns, fields, trail_format.defaults, set(constants))
    free = [column for column in sample.columns if column not in {c for columns in fields.values() for c in columns}]
    reading = Reading(zone)
    if "when" not in fields and (
        column := _by_content(sample, free, lambda text: read_time(text, reading) is not None)
    ):
        fields["when"] = (column,)
        free.remove(column)
    if "subjects" not in fields and (column := _by_content(sample, free, is_number)):
        fields["subjects"] = (column,)
    patterns = {}
    if "subjects" not in fields and (found := _number_inside(sample, free)):
        fields["subjects"], patterns["subjects"] = (found,), NUMBER_INSIDE
    mapping = TrailMapping(
        system,
        trail_format.name,
        zone,
        {name: fields[name] for name in FIELDS if name in fields},
        patterns=patterns,
        constants=dict(constants),
    )
    mapping.check_columns(sample.columns)
    if not {"subjects", "extract", *HOLDER_KINDS} & set(mapping.fields):
        raise MappingError(
            f"none of the file's columns says who did it or to whom: {', '.join(sample.columns) or 'there is none'}",
            hint="Name the columns with --map field=column,... .",
        )
    return mapping


def with_given(
    mapping: TrailMapping, given: Mapping[str, Sequence[str]], constants: Mapping[str, str], zone: str | None
) -> TrailMapping:
    """A known mapping with what a person says now on top."""
    fields = {**mapping.fields, **{name: tuple(columns) for name, columns in given.items()}}
    return replace(mapping, fields=fields, constants={**mapping.constants, **constants}, zone=zone or mapping.zone)


def read_given(text: str) -> dict[str, tuple[str, ...]]:
    """``when=日付+時刻,operator=担当者`` as fields and columns.

    Raises:
        MappingError: A part is no ``field=column``.
    """
    given: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, columns = part.partition("=")
        if not equals or name.strip() not in FIELDS or not columns.strip():
            raise MappingError(f"{part!r} is no field=column", hint=f"Fields: {', '.join(FIELDS)}.")
        given[name.strip()] = tuple(column.strip() for column in columns.split("+"))
    return given


def _by_header(
    columns: Sequence[str],
    fields: dict[str, tuple[str, ...]],
    defaults: Mapping[str, tuple[str, ...]],
    settled: set[str],
) -> dict[str, tuple[str, ...]]:
    fields = dict(fields)
    taken = {column for named in fields.values() for column in named}
    for name, named in defaults.items():
        if name not in fields and name not in settled and all(column in columns for column in named):
            fields[name] = named
            taken |= set(named)
    normal = {normal_header(column): column for column in reversed(columns) if column not in taken}
    if "when" not in fields and (pair := _date_and_time(normal)):
        fields["when"] = pair
        taken |= set(pair)
    for name, words in HEADERS.items():
        if name in fields or name in settled:
            continue
        for word in words:
            column = normal.get(word) or next((c for n, c in normal.items() if _is_nested(n, word)), None)
            if column is not None and column not in taken:
                fields[name] = (column,)
                taken.add(column)
                break
    return fields


def _is_nested(name: str, word: str) -> bool:
    """Whether a nested key such as ``event.user.id`` says ``user_id``, by all of it or by its end."""
    return "." in name and f"_{name.replace('.', '_')}".endswith(f"_{word}")


def _date_and_time(normal: Mapping[str, str]) -> tuple[str, str] | None:
    day = next((normal[word] for word in DATE_WORDS if word in normal), None)
    clock = next((normal[word] for word in TIME_WORDS if word in normal), None)
    return (day, clock) if day and clock else None


def _number_inside(sample: pl.DataFrame, columns: Sequence[str]) -> str | None:
    """A column with longer texts, such as addresses with a query, that name a customer number."""
    for column in columns:
        values = sample[column].drop_nulls()
        if len(values) and values.str.contains(NUMBER_INSIDE).mean() >= ENOUGH_INSIDE:  # type: ignore[operator]
            return column
    return None


def _by_content(sample: pl.DataFrame, columns: Sequence[str], fits: Callable[[str], bool]) -> str | None:
    for column in columns:
        values = [text for text in sample[column].to_list() if text and text.strip()]
        if values and sum(fits(text) for text in values) >= ENOUGH * len(values):
            return column
    return None

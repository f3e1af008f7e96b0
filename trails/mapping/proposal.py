"""A mapping proposed from the file itself: by the columns' names, then by what stands in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from trails.errors import MappingError
from trails.fields import FIELDS, HOLDER_KINDS, OTHER_ACTION, action_of, normal_header
from trails.mapping.headers import columns_by_field
from trails.mapping.mapping_file import TrailMapping
from trails.records import NOTHING, SEPARATORS
from trails.times import TimeReading, read_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from trails.formats.interface import TrailFormat

    Test = Callable[[str], bool]

DAY_WORDS = frozenset({"日付", "年月日", "date"})
CLOCK_WORDS = frozenset({"時刻", "時間", "time"})
_DAY = re.compile(
    r"(?:操作|作業|処理|アクセス|発生|利用|照会|実行|記録|ログ)(?:年月日|日付|日)$|^(?:log|event|access)_date$"
)
_CLOCK = re.compile(
    r"(?:操作|作業|処理|アクセス|発生|利用|照会|実行|記録|ログ)(?:時刻|時間)$|^(?:log|event|access)_time$"
)
_BARE = re.compile(r"\d{1,5}")
"""A spreadsheet's day without a clock is like any other number."""
_ADDRESS = re.compile(r"^\s*(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:[:/]\d+)?\s*$")
NUMBER_INSIDE = (
    r"(?i)(?:(?:customer|cust|subscriber|member|kokyaku|お客様番号|顧客番号|契約者番号|会員番号)"
    r"(?:[_-]?(?:id|no|number))?\s*[=:：]\s*['\"]?|/(?:customers?|subscribers?|members?|kokyaku)/)([A-Za-z0-9][A-Za-z0-9-]{3,})"
)
"""A customer number inside a longer text."""
WHO_INSIDE = r"(?i)(?:アカウント名|ユーザー?名|ユーザー?ID|account name|user ?name|user)\s*[=:：]\s*['\"]?([^\s,;'\"]+)"
"""Who it was, inside a longer text."""
ENOUGH_INSIDE = 0.2
LIKELY = 0.5
"""Share of its values that have to be what a column's name promises."""
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
    defaults = {
        name: columns
        for name, columns in trail_format.defaults.items()
        if name not in fields and name not in constants and all(column in sample.columns for column in columns)
    }
    fields |= defaults
    fits = _tests(TimeReading(zone), is_number)
    fields |= _by_header(sample, fields, set(constants), fits)
    fields |= _by_content(sample, fields, set(constants), fits)
    patterns = {}
    for name, instead, pattern in (("subjects", (), NUMBER_INSIDE), ("operator", ("account",), WHO_INSIDE)):
        needed = not {name, *instead} & {*fields, *constants}
        if needed and (
            found := _inside(sample, _free(sample, {n: c for n, c in fields.items() if n not in patterns}), pattern)
        ):
            fields[name], patterns[name] = (found,), pattern
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


def _tests(reading: TimeReading, is_number: Callable[[str], bool]) -> dict[str, Test]:
    """Fields whose columns have to hold what their names promise."""

    def are_numbers(text: str) -> bool:
        return all(map(is_number, re.split(SEPARATORS, text.strip())))

    return {
        "when": lambda text: read_time(text, reading) is not None and not _BARE.fullmatch(text.strip()),
        "subjects": are_numbers,
        "sequence": lambda text: text.strip().isdecimal(),
        "action": lambda text: not text.strip().isdecimal(),
        "address": lambda text: _ADDRESS.search(text) is not None,
    }


def _by_header(
    sample: pl.DataFrame, fields: Mapping[str, tuple[str, ...]], settled: set[str], fits: Mapping[str, Test]
) -> dict[str, tuple[str, ...]]:
    free = _free(sample, fields)
    found: dict[str, tuple[str, ...]] = {}
    by_field = columns_by_field(free)
    if "when" not in {*fields, *settled} and (pair := _date_and_time(free)):
        found["when"] = pair
    for name, columns in by_field.items():
        if name in {*fields, *settled, *found}:
            continue
        test = fits.get(name) if name != "address" else None  # a name in its place is one as well
        good = next((c for c in columns if test is None or _share(sample[c], test) >= LIKELY), None)
        good = good or next((c for c in columns if name == "action" or _is_empty(sample[c])), None)
        if good is not None:
            found[name] = (good,)
    return found


def _date_and_time(columns: Sequence[str]) -> tuple[str, str] | None:
    """Two columns that give a time together: a day's and a clock's."""
    normal = {normal_header(column): column for column in reversed(columns)}
    day = next((normal[word] for word in normal if word in DAY_WORDS or _DAY.search(word)), None)
    clock = next((normal[word] for word in normal if word in CLOCK_WORDS or _CLOCK.search(word)), None)
    return (day, clock) if day and clock else None


def _by_content(
    sample: pl.DataFrame, fields: Mapping[str, tuple[str, ...]], settled: set[str], fits: Mapping[str, Test]
) -> dict[str, tuple[str, ...]]:
    """Columns that speak by what stands in them; a file without names gives away its first other column as who."""
    found: dict[str, tuple[str, ...]] = {}
    tests = {name: fits[name] for name in ("when", "subjects", "address")}
    tests["action"] = lambda text: action_of(text) != OTHER_ACTION
    free = _free(sample, fields)
    for name, test in tests.items():
        if name not in {*fields, *settled} and (
            column := next((c for c in free if _share(sample[c], test) >= ENOUGH), None)
        ):
            found[name] = (column,)
            free.remove(column)
    nameless = all(column == f"column_{i}" for i, column in enumerate(sample.columns, 1))
    if nameless and free and not {*fields, *settled} & set(HOLDER_KINDS):
        found["operator"] = (free[0],)
    return found


def _free(sample: pl.DataFrame, fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    taken = {column for columns in fields.values() for column in columns}
    return [column for column in sample.columns if column not in taken]


def _inside(sample: pl.DataFrame, columns: Sequence[str], pattern: str) -> str | None:
    """A column with longer texts, such as addresses with a query, that name what the pattern looks for."""
    for column in columns:
        values = sample[column].drop_nulls()
        if len(values) and values.str.contains(pattern).mean() >= ENOUGH_INSIDE:  # type: ignore[operator]
            return column
    return None


def _share(values: pl.Series, fits: Test) -> float:
    """The share of a column's values that pass; an empty column passes nothing."""
    texts = _texts(values)
    return sum(map(fits, texts)) / len(texts) if texts else 0.0


def _is_empty(values: pl.Series) -> bool:
    return not _texts(values)


def _texts(values: pl.Series) -> list[str]:
    return [text for text in values.to_list() if text and text.strip() not in NOTHING]

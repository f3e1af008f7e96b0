"""Text columns of a log into the records that are kept; customer numbers become digests here, at the door.

A record that concerns several customers becomes one row each, all with the same line hash. ``subject`` 0 is nobody in
particular: a login, or an export of a whole extract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from trails.fields import TEXT_FIELDS, action_of
from trails.formats.interface import Dropped
from trails.times import WHEN, TimeReading, read_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from trails.formats.interface import Parsed
    from trails.mapping.mapping_file import TrailMapping

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "when": WHEN,
    "offset_min": pl.Int16,
    **dict.fromkeys((*TEXT_FIELDS, "action"), pl.Categorical),
    "session": pl.String,  # millions of names would fill the table of categories, which nothing ever empties
    "sequence": pl.Int64,
    "subject": pl.UInt64,
    "line": pl.UInt64,
}
TEXTS = (*TEXT_FIELDS, "when", "action", "subjects", "sequence")
SEPARATORS = r"[\s,;|、，；/・]+"
REPEAT_SAMPLE = 10_000
NOTHING = ("", "-", "null", "none", "NULL", "N/A")
"""How logs write that there is no value."""


class Doorkeeper(Protocol):
    """Turns texts into keyed digests; made from the master key, which trails never see."""

    def numbers(self, texts: Sequence[str] | pl.Series) -> NDArray[np.uint64]:
        """The digests of customer numbers; 0 where a text is none."""
        ...

    def lines(self, texts: Sequence[str] | pl.Series) -> NDArray[np.uint64]:
        """The digests of raw lines, by which a repeated one is known; keyed, since a line holds a number."""
        ...


@dataclass(frozen=True)
class AccessRecords:
    """Rows as in `SCHEMA` after their record's number ``row``, how many records, and unusable lines."""

    frame: pl.DataFrame
    lines: int
    dropped: list[Dropped] = field(default_factory=list)
    raw: pl.Series | None = None
    """The lines, at the places that ``row`` names, where they are to be kept."""


def make_records(
    parsed: Parsed, mapping: TrailMapping, reading: TimeReading, door: Doorkeeper, *, now: datetime
) -> AccessRecords:
    """The records of some parsed lines; what cannot be used is named with its reason, never guessed."""
    source = parsed.frame
    rows = pl.DataFrame({"row": np.arange(len(source), dtype=np.uint32)})
    text = source.select(_text(source, mapping, name) for name in TEXTS)
    times = read_times(text["when"].fill_null(""), reading) if "when" in mapping.fields else _no_times(len(source))
    frame = rows.with_columns(
        times["when"],
        times["offset_min"],
        *(text[name].cast(SCHEMA[name]).alias(name) for name in TEXT_FIELDS),
        _actions(text["action"], mapping).alias("action"),
        text["sequence"].cast(pl.Int64, strict=False).alias("sequence"),
        line=pl.Series(door.lines(parsed.raw), dtype=pl.UInt64),
    )
    unreadable = text["when"].is_not_null() & times["when"].is_null()
    future = (times["when"] > now).fill_null(value=False)
    subjects, no_number, several = _subjects(text["subjects"], door)
    bad = {
        "a time that cannot be read": unreadable,
        "a time in the future": future & ~unreadable,
        "a customer number that cannot be read": no_number & ~future & ~unreadable,
    }
    dropped = [Dropped(parsed.numbers[i], reason) for reason, where in bad.items() for i in where.arg_true().to_list()]
    wrong = unreadable | future | no_number
    frame = frame if several else frame.with_columns(subject=_one_a_row(subjects, len(source)))
    kept = frame.filter(~wrong) if dropped else frame
    records = len(kept)
    if several:
        kept = kept.join(subjects, on="row", how="left", maintain_order="left").with_columns(
            pl.col("subject").fill_null(0)
        )
    return AccessRecords(
        kept.select("row", *SCHEMA), records, sorted([*parsed.dropped, *dropped], key=lambda d: d.line)
    )


def _text(source: pl.DataFrame, mapping: TrailMapping, name: str) -> pl.Expr:
    """What the file says about a field, as text; null where it says nothing."""
    constant, columns = mapping.constants.get(name), mapping.fields.get(name, ())
    nothing = pl.repeat(None, len(source), dtype=pl.String).alias(name)
    if not columns and not constant:
        return nothing
    there = [pl.col(column) if column in source.columns else nothing for column in columns]
    text = pl.concat_str(there, separator=" ", ignore_nulls=True) if there else nothing
    if name in mapping.patterns:
        text = _taken(text, mapping.patterns[name], many=name == "subjects")
    text = text.str.strip_chars()
    text = pl.when(text.is_in(NOTHING)).then(None).otherwise(text)
    return (text.fill_null(constant) if constant else text).alias(name)


def _taken(text: pl.Expr, pattern: str, *, many: bool) -> pl.Expr:
    """What a pattern takes out of a longer text: its group, or all of it; every place where there may be many."""
    pattern = pattern if re.compile(pattern).groups else f"({pattern})"
    if not many:
        return text.str.extract(pattern)
    return text.str.extract_all(pattern).list.eval(pl.element().str.extract(pattern)).list.join(" ")


def _actions(text: pl.Series, mapping: TrailMapping) -> pl.Series:
    known = {word: action_of(word, mapping.actions) for word in text.unique().to_list() if word is not None}
    return text.replace_strict(known, default=None, return_dtype=pl.String).cast(pl.Categorical)


def _no_times(rows: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"when": [None] * rows, "offset_min": [None] * rows}, schema={"when": WHEN, "offset_min": pl.Int16}
    )


def _one_a_row(subjects: pl.DataFrame, rows: int) -> pl.Series:
    """The subject of each row, none of which has several; 0 where it has none."""
    placed = np.zeros(rows, np.uint64)
    placed[subjects["row"].to_numpy()] = subjects["subject"].to_numpy()
    return pl.Series(placed)


def _subjects(text: pl.Series, door: Doorkeeper) -> tuple[pl.DataFrame, pl.Series, bool]:
    """Rows and their subjects' digests, which rows name what is no customer number, and whether one names several."""
    parts = pl.DataFrame({"row": np.arange(len(text), dtype=np.uint32), "text": text})
    several = bool(text.str.contains(SEPARATORS).any())
    if several:
        parts = parts.with_columns(pl.col("text").str.replace_all(SEPARATORS, " ").str.split(" ")).explode("text")
    parts = parts.filter(pl.col("text").is_not_null() & (pl.col("text") != ""))
    parts = parts.with_columns(subject=_digests(parts["text"], door))
    wrong_rows = parts.filter(pl.col("subject") == 0)["row"]
    wrong = np.zeros(len(text), dtype=bool)
    wrong[wrong_rows.to_numpy()] = True
    subjects = parts.select("row", "subject")
    return (subjects.unique(maintain_order=True) if several else subjects), pl.Series(wrong), several


def _digests(texts: pl.Series, door: Doorkeeper) -> pl.Series:
    """The digest of each number; where many repeat, each is made once."""
    sample = texts.head(REPEAT_SAMPLE)
    if sample.n_unique() >= len(sample) / 2:
        return pl.Series(door.numbers(texts), dtype=pl.UInt64)
    known = texts.unique()
    digests = pl.Series(door.numbers(known), dtype=pl.UInt64)
    return texts.replace_strict(known, digests, return_dtype=pl.UInt64)

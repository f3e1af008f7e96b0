"""Pieces that several formats share: ``key=value`` texts and JSON objects, a whole column at a time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUOTED_PAIR = re.compile(r"""([\w.@-]+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)""")
BOM = "\ufeff"
"""RFC 5424 lets a message in UTF-8 begin with it."""
_NEXT_PAIR = r"[,;][\w.@-]+=.*$"


def find_keys(texts: Iterable[str]) -> list[str]:
    """The keys of ``key=value`` texts, in the order in which they first occur."""
    found: dict[str, None] = {}
    for text in texts:
        for key, value in QUOTED_PAIR.findall(text):
            found[key] = None
            found.update(dict.fromkeys(re.findall(r"[,;]([\w.@-]+)=", value) if value[:1] not in {'"', "'"} else ()))
    return list(found)


def pair_columns(texts: pl.Series, keys: Sequence[str]) -> dict[str, pl.Series]:
    """The values of ``key=value`` texts by key; quotes around a value fall off, one that is missing is null."""
    column = pl.col("texts")
    values = {}
    for key in keys:
        start = rf"(?:^|[\s,;\[({{]){re.escape(key)}="
        quoted = column.str.extract(start + r'"((?:[^"\\]|\\.)*)"').str.replace_all(r"\\(.)", "${1}")
        single = column.str.extract(start + r"'([^']*)'")
        plain = (
            column.str.extract(start + r"""([^\s"'\]]\S*)""").str.replace(_NEXT_PAIR, "").str.strip_chars_end(",;])}")
        )
        values[key] = pl.coalesce(quoted, single, plain)
    frame = pl.DataFrame({"texts": texts}).select(**values) if values else pl.DataFrame()
    return {key: frame[key] for key in keys}


def json_columns(objects: Sequence[dict[str, Any] | None], keys: Sequence[str] | None) -> dict[str, pl.Series]:
    """The values of objects by flattened key; a list is joined by ``;``, one that is missing is null."""
    flat = [_flatten(one) if one else {} for one in objects]
    if keys is None:
        keys = list(dict.fromkeys(key for one in flat for key in one))
    return {key: pl.Series(key, [one.get(key) for one in flat], dtype=pl.String) for key in keys}


def read_object(text: str) -> dict[str, Any] | None:
    """The JSON object in a text; None when it holds none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def body_columns(bodies: pl.Series, columns: Sequence[str] | None) -> dict[str, pl.Series]:
    """What a message says in JSON (also after ``@cee:``) or ``key=value``; all of it without ``columns``."""
    texts = bodies.fill_null("").str.strip_prefix(BOM).str.strip_prefix("@cee:").str.strip_chars()
    is_json = texts.str.starts_with("{")
    if columns is None:
        columns = find_keys(texts.filter(~is_json).to_list())
        columns += [
            key
            for key in json_columns([read_object(t) for t in texts.filter(is_json).to_list()], None)
            if key not in columns
        ]
    pairs = pair_columns(texts, columns)
    if not is_json.any():
        return pairs
    objects = [
        read_object(text) if json_like else None
        for text, json_like in zip(texts.to_list(), is_json.to_list(), strict=True)
    ]
    read = json_columns(objects, columns)
    return {key: read[key].zip_with(is_json, pairs[key]) for key in columns}


def _flatten(value: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flatten(inner, f"{prefix}{key}.")
        elif isinstance(inner, list):
            if plain := [_text(one) for one in inner if not isinstance(one, dict | list)]:
                flat[prefix + key] = ";".join(plain)
            for one in (_flatten(one, f"{prefix}{key}.") for one in inner if isinstance(one, dict)):
                for name, text in one.items():
                    flat[name] = f"{flat[name]};{text}" if name in flat else text
        elif inner is not None:
            flat[prefix + key] = _text(inner)
    return flat


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

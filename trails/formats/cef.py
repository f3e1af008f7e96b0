r"""ArcSight's Common Event Format, bare or inside syslog; custom fields go by their labels.

::

    Apr  1 10:00:00 gw CEF:0|Example|CRM|1.0|100|view|3|rt=1775005200000 suser=op-1 cs1Label=customer cs1=K000001
    msg=a\=b
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from trails.formats._by_line import LineReader
from trails.formats.interface import FormatExample, FormatReader, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

CELL = r"(?:[^|\\]|\\.)*"
HEADER = (
    rf"^(?P<before>.*?)CEF:\d+\|(?P<vendor>{CELL})\|(?P<product>{CELL})\|(?P<version>{CELL})\|(?P<signature>{CELL})"
    rf"\|(?P<name>{CELL})\|(?P<severity>{CELL})\|(?P<extension>.*)$"
)
OWN = ("product", "signature", "name")
BEFORE = (
    r"^(?:<\d{1,3}>)?(?:1 )?(?P<timestamp>[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}|\d{4}-\d\d-\d\dT\S+)"
    r" (?P<host>\S+)"
)
KEY = r"[\w.\[\]-]+"
LABEL = re.compile(
    r"(?:^|\s)((?:cs|cn|cfp|c6a|deviceCustomDate|flexString|flexNumber|flexDate)\d)Label=(.*?)(?=\s[\w.\[\]-]+=|$)"
)


class Cef(TrailFormat):
    """CEF, version 0 and 1."""

    name = "cef"
    examples = (
        FormatExample(
            r"Apr  1 10:00:00 gw CEF:0|Example|CRM|1.0|100|view\|all|3|rt=1775005200000 "
            r"suser=op-1 cs1Label=customer cs1=K000001 msg=a \= b",
            (
                {
                    "@timestamp": "Apr  1 10:00:00", "@host": "gw", "@product": "CRM", "@signature": "100",
                    "@name": "view|all",
                    "rt": "1775005200000", "suser": "op-1", "customer": "K000001", "msg": "a = b",
                },
            ),
        ),
    )  # fmt: skip
    misses = ("Apr  1 10:00:00 gw crm: user=op-1\n", "CEF: a heading\n")
    defaults = {"when": ("rt",)}  # noqa: RUF012  # constant, as declared in the interface

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines with the header."""
        pattern = re.compile(HEADER)
        return sum(bool(pattern.match(line)) for line in head) / len(head) if head else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader that knows which custom fields carry which label."""
        labels: dict[str, list[str]] = {}
        for line in head:
            for key, label in LABEL.findall(line.partition("CEF:")[2]):
                known = labels.setdefault(_bare(label), [])
                known += [key] if key not in known else []
        return CefReader(columns, labels)


class CefReader(LineReader):
    """Header and extension into columns; the header's own begin with an @."""

    def __init__(self, columns: Sequence[str] | None, labels: dict[str, list[str]]) -> None:
        super().__init__(columns, "no CEF header")
        self._labels = labels

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines with the header."""
        return lines.str.contains(HEADER)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """Header columns, then the extension's keys and labels."""
        parts = lines.str.extract_groups(HEADER).struct.unnest()
        before = parts["before"].str.extract_groups(BEFORE).struct.unnest()
        own = {"@timestamp": before["timestamp"], "@host": before["host"]}
        own |= {f"@{name}": parts[name].str.replace_all(r"\\(.)", "${1}") for name in OWN}
        extension = parts["extension"]
        wanted = (
            [column for column in self.columns if column not in own]
            if self.columns is not None
            else self._keys(extension)
        )
        texts = (
            pl.DataFrame({"extension": extension}).select(**{key: self._value(key) for key in wanted})
            if wanted
            else None
        )
        return own | ({key: texts[key] for key in wanted} if texts is not None else {})

    def _keys(self, extension: pl.Series) -> list[str]:
        found = dict.fromkeys(key for text in extension.to_list() for key in re.findall(rf"(?:^|\s)({KEY})=", text))
        labelled = {key for keys in self._labels.values() for key in keys}
        plain = [key for key in found if key not in labelled and key.removesuffix("Label") not in labelled]
        return [*plain, *(label for label in self._labels if label not in plain)]

    def _value(self, key: str) -> pl.Expr:
        """A key's value; of a label, that of the custom field which carries it in the same line."""
        if key not in self._labels:
            return _extension(key)
        return pl.coalesce(pl.when(_extension(f"{own}Label") == key).then(_extension(own)) for own in self._labels[key])


def _extension(key: str) -> pl.Expr:
    value = pl.col("extension").str.extract(rf"(?:^|\s){re.escape(key)}=(.*?)(?:\s+{KEY}=|\s*$)")
    return value.str.replace_all(r"\\n", "\n").str.replace_all(r"\\(.)", "${1}")


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()

"""IBM's Log Event Extended Format 1.0 (tabs) and 2.0 (any delimiter), bare or inside syslog.

::

    LEEF:1.0|Example|CRM|1.0|view|devTime=Apr 01 2026 10:00:00<tab>usrName=op-1<tab>customer=K000001
    LEEF:2.0|Example|CRM|1.0|view|^|devTime=Apr 01 2026 10:00:00^usrName=op-1^customer=K000001
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trails.formats._by_line import LineReader
from trails.formats.interface import FormatExample, FormatReader, TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

HEADER = (
    r"^.*?LEEF:(?P<version>[12])(?:\.0)?\|(?P<vendor>[^|]*)\|(?P<product>[^|]*)\|[^|]*\|(?P<event>[^|]*)\|"
    r"(?:(?P<delimiter>[^|=\t]|0?x[0-9A-Fa-f]{1,4}|)\|)?(?P<attributes>.*)$"
)
OWN = ("product", "event")
TAB = "\t"
UNIT = "\x1f"
"""Stands between attributes, whatever the line's own delimiter is."""


class Leef(TrailFormat):
    """LEEF 1.0 and 2.0."""

    name = "leef"
    examples = (
        FormatExample(
            "<13>Apr  1 10:00:00 gw LEEF:1.0|Example|CRM|1.0|view|devTime=Apr 01 2026 10:00:00\tusrName=op 1\t"
            "customer=K000001\n",
            (
                {
                    "@product": "CRM",
                    "@event": "view",
                    "devTime": "Apr 01 2026 10:00:00",
                    "usrName": "op 1",
                    "customer": "K000001",
                },
            ),
        ),
        FormatExample(
            "LEEF:2.0|Example|CRM|1.0|view|^|devTime=1775005200000^usrName=op-1\n"
            "LEEF:2.0|Example|CRM|1.0|view|x7C|devTime=1775005200000|usrName=op-2\n",
            (
                {"@product": "CRM", "@event": "view", "devTime": "1775005200000", "usrName": "op-1"},
                {"@product": "CRM", "@event": "view", "devTime": "1775005200000", "usrName": "op-2"},
            ),
        ),
    )
    misses = ("CEF:0|Example|CRM|1.0|100|view|3|rt=1775005200000\n", "a leaf\n")
    defaults = {"when": ("devTime",), "action": ("@event",)}  # noqa: RUF012  # constant, as declared in the interface

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines with the header."""
        pattern = re.compile(HEADER)
        return sum(bool(pattern.match(line)) for line in head) / len(head) if head else 0.0

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return LeefReader(columns, "no LEEF header")


class LeefReader(LineReader):
    """Header and attributes into columns; the header's own begin with an @."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines with the header."""
        return lines.str.contains(HEADER)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """Header columns, then the attributes."""
        parts = lines.str.extract_groups(HEADER).struct.unnest()
        own = {f"@{name}": parts[name] for name in OWN}
        attributes = parts["attributes"]
        for written in parts["delimiter"].fill_null("").unique().to_list():
            delimiter = _delimiter(written)
            mine = parts["delimiter"].fill_null("") == written
            attributes = attributes.str.replace_all(delimiter, UNIT, literal=True).zip_with(mine, attributes)
        wanted = [c for c in self.columns if c not in own] if self.columns is not None else _keys(attributes)
        found = {key: attributes.str.extract(rf"(?:^|{UNIT})\s*{re.escape(key)}=([^{UNIT}]*)") for key in wanted}
        return own | found


def _delimiter(written: str) -> str:
    if not written:
        return TAB
    return chr(int(written.lower().lstrip("0").removeprefix("x"), 16)) if len(written) > 1 else written


def _keys(attributes: pl.Series) -> list[str]:
    return list(
        dict.fromkeys(key for text in attributes.to_list() for key in re.findall(rf"(?:^|{UNIT})\s*([\w.-]+)=", text))
    )

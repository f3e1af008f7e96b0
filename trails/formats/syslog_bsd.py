"""Syslog as RFC 3164 tells it, and as rsyslog writes its files: with or without priority, with or without a year.

::

    <134>Apr  1 10:00:00 crm01 crm[812]: user=op-1 action=view customer=K000001
    2026-04-01T10:00:00.123456+09:00 crm01 crm[812]: {"user": "op-1"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trails.formats._by_line import LineReader
from trails.formats._headed import HeadedFormat
from trails.formats._pairs import body_columns
from trails.formats.interface import FormatExample, FormatReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

HEADER = (
    r"^(?:<\d{1,3}>)?(?P<timestamp>[A-Z][a-z]{2} +\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:[.,]\d+)?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) "
    r"(?P<host>[\w.:-]+) (?P<app>[^\s:\[]+)(?:\[(?P<procid>[^\]\s]*)\])?: ?(?P<message>.*)$"
)
OWN = ("timestamp", "host", "app", "procid")


class SyslogBsd(HeadedFormat):
    """RFC 3164."""

    name = "syslog-bsd"
    header = HEADER
    examples = (
        FormatExample(
            "<134>Apr  1 10:00:00 crm01 crm[812]: user=op-1 action=view customers=K000001,K000002\n",
            (
                {
                    "@timestamp": "Apr  1 10:00:00", "@host": "crm01", "@app": "crm", "@procid": "812", "user": "op-1",
                    "action": "view", "customers": "K000001,K000002",
                },
            ),
        ),
        FormatExample(
            "2026-04-01T10:00:00.123456+09:00 crm01 crm: 担当者='架空 一郎' 顧客番号=K000001\n",
            (
                {
                    "@timestamp": "2026-04-01T10:00:00.123456+09:00", "@host": "crm01", "@app": "crm",
                    "担当者": "架空 一郎", "顧客番号": "K000001",
                },
            ),
        ),
    )  # fmt: skip
    misses = ("<134>1 2026-04-01T01:00:00Z crm01 crm - - - user=op-1\n", "2026/04/01 10:00:00,op-1,K000001\n")

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return SyslogBsdReader(columns, "no syslog header of RFC 3164")


class SyslogBsdReader(LineReader):
    """Header and message into columns; the header's own begin with an @."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines with the header."""
        return lines.str.contains(HEADER)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """Header columns, then what the message says."""
        parts = lines.str.extract_groups(HEADER).struct.unnest()
        own = {f"@{name}": parts[name] for name in OWN}
        wanted = None if self.columns is None else [column for column in self.columns if column not in own]
        return own | body_columns(parts["message"], wanted)

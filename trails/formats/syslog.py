"""Syslog as RFC 5424 has it; structured data and a message of key=value or JSON become columns.

::

    <134>1 2026-04-01T10:00:00.003+09:00 crm01 crm 812 ACCESS [meta sequenceId="17"] user=op-1 action=view
    customer=K000001
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trails.formats._by_line import LineReader
from trails.formats._headed import HeadedFormat
from trails.formats._pairs import body_columns
from trails.formats.interface import FormatExample, FormatReader

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = (
    r"^(?:<\d{1,3}>)?1 (?P<timestamp>\S+) (?P<host>\S+) (?P<app>\S+) (?P<procid>\S+) (?P<msgid>\S+) "
    r"(?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<message>.*))?$"
)
OWN = ("timestamp", "host", "app", "procid", "msgid")


class Syslog(HeadedFormat):
    """RFC 5424."""

    name = "syslog"
    header = HEADER
    examples = (
        FormatExample(
            "<134>1 2026-04-01T10:00:00.003+09:00 crm01 crm 812 ACCESS "
            '[meta sequenceId="17"] user=op-1 customer="K000001"\n',
            (
                {
                    "@timestamp": "2026-04-01T10:00:00.003+09:00", "@host": "crm01", "@app": "crm", "@procid": "812",
                    "@msgid": "ACCESS", "sequenceId": "17", "user": "op-1", "customer": "K000001",
                },
            ),
        ),
        FormatExample(
            '<134>1 2026-04-01T01:00:00Z crm01 crm - - - {"user": "op-1", "customers": ["K000001"]}\n',
            (
                {
                    "@timestamp": "2026-04-01T01:00:00Z", "@host": "crm01", "@app": "crm",
                    "@procid": "-", "@msgid": "-",
                    "user": "op-1", "customers": "K000001",
                },
            ),
        ),
    )  # fmt: skip
    misses = ("Apr  1 10:00:00 crm01 crm[812]: user=op-1\n", "1 2 3 4 5\n")

    def open(self, head: Sequence[str], columns: Sequence[str] | None = None) -> FormatReader:
        """A reader of all columns, or of some."""
        del head
        return SyslogReader(columns, "no syslog header of RFC 5424")


class SyslogReader(LineReader):
    """Header, structured data and message into columns; the header's own begin with an @."""

    def fits(self, lines: pl.Series) -> pl.Series:
        """Lines with the header."""
        return lines.str.contains(HEADER)

    def split(self, lines: pl.Series) -> dict[str, pl.Series]:
        """Header columns, then what data and message say."""
        parts = lines.str.extract_groups(HEADER).struct.unnest()
        own = {f"@{name}": parts[name] for name in OWN}
        data = pl.select(pl.when(parts["data"] == "-").then(pl.lit("")).otherwise(parts["data"] + " ")).to_series()
        # JSON is recognised by its first character: structured data goes after it, where pairs are found all the same.
        is_json = parts["message"].fill_null("").str.strip_chars_start().str.starts_with("{")
        message = parts["message"].fill_null("")
        body = pl.select(pl.when(is_json).then(message).otherwise(data + message)).to_series()
        wanted = None if self.columns is None else [column for column in self.columns if column not in own]
        return own | body_columns(body, wanted)

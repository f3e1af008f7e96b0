"""A mark for an entry whose list says nothing known to change with it: what its row says, but for the moment."""

from __future__ import annotations

import hashlib
import re

# What changes by itself, or with every reader: "3 minutes ago", 3分前, 昨日, 閲覧数 120, 1,204 views.
_BY_ITSELF = re.compile(
    r"\b(?:an?|\d{1,6})\s{0,3}(?:s|sec|second|m|min|minute|h|hr|hour|d|day|w|week|mo|month|y|year)s?\.?\s{0,3}ago\b"
    r"|\b(?:just now|today|yesterday)\b(?:\s{0,3}(?:at|,)?\s{0,3}\d{1,2}:\d{2}(?:\s{0,3}[ap]m)?)?"
    r"|\d{1,6}\s{0,3}(?:秒|分|時間|日|週間|か月|ヶ月|カ月|年)\s{0,3}前|(?:たった今|一昨日|昨日|今日|本日)(?:\s{0,3}\d{1,2}:\d{2})?"
    r"|(?:閲覧数?|表示回数|アクセス数?|views?|hits?|read)\s{0,3}[:：]?\s{0,3}[\d,.]{1,15}[km]?"
    r"|[\d,.]{1,15}[km]?\s{0,3}(?:回?閲覧|回表示|views?|hits?|reads?|pv)\b",
    re.IGNORECASE,
)


def row_mark(*texts: str) -> str:
    """A short code of the texts, without what changes by itself; the same for the same texts."""
    told = "\n".join(" ".join(_BY_ITSELF.sub(" ", text).split()) for text in texts)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16] if told.strip() else ""


def name_of(*texts: str) -> str:
    """A name for a post that has none: who wrote it, when and what; the same words of two people are two posts."""
    return "x" + row_mark(*texts)

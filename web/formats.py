"""How times, numbers and shares look on a page: pure functions, handed to the templates as filters."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

JST = ZoneInfo("Asia/Tokyo")
SURE = 0.9995  # above it a rounded percentage would claim certainty
STEPS = (("s", 60), ("min", 60), ("h", 24), ("d", 0))  # unit, and how many of it make the next one


def moment(at: datetime | None, *, seconds: bool = False) -> str:
    """A moment as a ``<time>`` in Japanese time, its zone named and its UTC form at hand; a dash for none."""
    if at is None:
        return Markup('<span class="none">–</span>')
    local = at.astimezone(JST).replace(microsecond=0)
    shown = local.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    utc = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}">{} <abbr class="zone">JST</abbr></time>').format(
        local.isoformat(), utc, shown
    )


def distance(at: datetime, now: datetime) -> tuple[str, int]:
    """How far apart two moments are: a key of the texts (``ago.min``, ``ahead.h`` …) and the number to fill in."""
    direction = "ago" if at <= now else "ahead"
    amount = int(abs((now - at).total_seconds()))
    for unit, size in STEPS:
        if not size or amount < size:
            return f"{direction}.{unit}", amount
        amount //= size
    raise AssertionError


def number(value: float) -> str:
    """A count with separators."""
    return f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share of one as a percentage that never rounds doubt away."""
    if value is None:
        return "–"
    if SURE < value < 1:
        return "> 99.9%"
    if 0 < value < 1 - SURE:
        return "< 0.1%"
    return f"{value:.1%}" if value < 1 else "100%"


def size(value: int) -> str:
    """A number of bytes in the unit that reads best."""
    if value < 1024:  # noqa: PLR2004  # bytes in a KiB
        return f"{value} B"
    step = min(int(math.log(value, 1024)), 4)
    return f"{value / 1024**step:.1f} {'KMGT'[step - 1]}iB"


def asset_version(content: bytes) -> str:
    """What stands behind a static file's address, so that a browser keeps it until it changes."""
    return hashlib.sha256(content).hexdigest()[:12]

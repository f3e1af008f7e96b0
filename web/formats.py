"""How times, numbers and shares look on a page: pure functions, handed to the templates as filters."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from core.clock import DEFAULT_ZONE, local
from incidents.timeline.sentences import FIELD_ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping

SURE = 0.9995  # above it a rounded percentage would claim certainty
STEPS = (("s", 60), ("min", 60), ("h", 24), ("d", 0))  # unit, and how many of it make the next one


def moment(at: datetime | None, *, seconds: bool = False, zone: str = DEFAULT_ZONE) -> str:
    """A moment as a ``<time>`` where the carrier is, its zone named and its UTC form at hand; a dash for none."""
    if at is None:
        return Markup('<span class="none">–</span>')
    here = local(at, zone).replace(microsecond=0)
    shown = here.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    utc = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}">{} <abbr class="zone">{}</abbr></time>').format(
        here.isoformat(), utc, shown, here.strftime("%Z")
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


def day(at: datetime, *, zone: str = DEFAULT_ZONE) -> str:
    """The day of a moment where the carrier is."""
    return local(at, zone).date().isoformat()


def lasting(seconds: float) -> list[tuple[str, int]]:
    """How long something took: its two largest units as keys of the texts (``span.d`` …) and numbers, no zeros."""
    left, parts = max(int(seconds), 0), []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, left = divmod(left, size)
        parts.append((f"span.{unit}", amount))
    first = next((place for place, (_, amount) in enumerate(parts) if amount), len(parts) - 1)
    return [part for part in parts[first : first + 2] if part[1]] or parts[-1:]


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


def confidence(value: float) -> str:
    """A confidence as a percentage; none is ever complete, whatever a floating-point number says."""
    return "> 99.9%" if value > SURE else share(value)


def with_code(text: str) -> str:
    """A text whose stretches in backticks are commands, as markup."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def by_weight(fields: Mapping[str, int]) -> list[tuple[str, int]]:
    """Kinds of values with their counts, the largest first, equal ones in the usual order of a person's data."""
    order = {kind: place for place, kind in enumerate(FIELD_ORDER)}
    return sorted(fields.items(), key=lambda item: (-item[1], order.get(item[0], len(order)), item[0]))


def size(value: int) -> str:
    """A number of bytes in the unit that reads best."""
    if value < 1024:  # noqa: PLR2004  # bytes in a KiB
        return f"{value} B"
    step = min(int(math.log(value, 1024)), 4)
    return f"{value / 1024**step:.1f} {'KMGT'[step - 1]}iB"


def asset_version(content: bytes) -> str:
    """What stands behind a static file's address, so that a browser keeps it until it changes."""
    return hashlib.sha256(content).hexdigest()[:12]

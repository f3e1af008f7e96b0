"""Trends: leaks by week, source, extract and processor; times to see, confirm and contain; the health of sources."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.clock import local
from crawler.health import source_names
from crawler.record.sweep_days import FAILED, sweep_days
from custody.register.holdings import who_was_lent
from incidents.desk.trends import SPANS, sum_by, trends
from incidents.severity import LEVELS
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.own import own_incidents
from web.charts import spans, weeks
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

WEEKS = 26
MOST_DAYS = 5 * 366
SHOWN = 15
MOST_SOURCES = 200
HEALTH_DAYS = 30
SHOWN_SOURCES = 20


def shown(request: Request) -> Response:
    """The trends of the span of days that is asked for, half a year up to today unless another is."""
    world = world_of(request)
    zone, now = world.home.settings.zone, world.home.clock.now()
    first, last = _span(request, local(now, zone).date())
    since, until = _begin(first, zone), _begin(last + timedelta(days=1), zone)
    with world.home.database.read() as session:
        found = trends(session, first, last, since=since, until=until, zone=zone, only=own_incidents(request, session))
        by_processor = sum_by(found.by_extract, who_was_lent(session), "")
        names = source_names(world.home.settings) if may(actor_of(request), Permission.SEE_SOURCES) else []
        began = _begin(local(now, zone).date() - timedelta(days=HEALTH_DAYS - 1), zone)
        every = sweep_days(session, names[:MOST_SOURCES], began, now, zone=zone)
    worst = sorted(every, key=lambda name: -sum(day.health == FAILED for day in every[name]))[:SHOWN_SOURCES]
    health = {name: every[name] for name in every if name in set(worst)}
    return world.pages.render(
        request, "trends.html", found=found, by_processor=by_processor[:SHOWN], health=health, spans_of=SPANS,
        more_sources=len(names) - len(health), shown=SHOWN, levels=LEVELS,
        weeks=weeks.stack([(one.begins.isoformat(), one.by_severity) for one in found.weeks], LEVELS[::-1]),
        times={name: spans.lay_out(found.spans[name]) for name in SPANS},
    )  # fmt: skip


def _span(request: Request, today: date) -> tuple[date, date]:
    """The days asked for; what cannot be meant is as if nothing was asked."""
    try:
        last = date.fromisoformat(request.query_params.get("last", "") or today.isoformat())
        asked = request.query_params.get("first", "")
        first = date.fromisoformat(asked) if asked else last - timedelta(weeks=WEEKS)
    except (ValueError, OverflowError):
        return today - timedelta(weeks=WEEKS), today
    if not first <= last or last.year < 1900 or last.year > today.year + 1:  # noqa: PLR2004  # what calendars hold
        return today - timedelta(weeks=WEEKS), today
    return max(first, last - timedelta(days=MOST_DAYS)), last


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


ROUTES = [Guarded("/trends", shown, needs=Permission.SEE_CASES)]

"""The numbers of the sheet for any day or fiscal year, the list behind each, and both as a workbook and a draft."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from custody.errors import RegisterError
from custody.register.sheets import read_day
from custody.supervision.drafts import draft_document
from custody.supervision.numbers import (
    GROUPS,
    LENT_DATA,
    CountedPeriod,
    NumberBehind,
    fiscal_year,
    fiscal_year_of,
    numbers_of,
    year_to,
)
from custody.supervision.words import Words
from custody.supervision.workbooks import numbers_workbook
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.register.asked import NOT_THERE, today_of
from web.routes.supervision.files import XLSX
from web.routes.supervision.given import sees_extracts, sheets_of
from web.world import world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
YEARS_SHOWN: Final = 6
FIRST_YEAR, LAST_YEAR = 1990, 2200
A_PAGE: Final = 200
_FOUR_DIGITS: Final = re.compile(r"[0-9]{4}")


def page(request: Request) -> Response:
    """The numbers."""
    world, today, period = world_of(request), today_of(request), _period(request)
    sheets, words = sheets_of(request), Words(world.pages.language(request))
    numbers = _numbers(request, period)
    this = fiscal_year_of(today)
    return world.pages.render(
        request, "supervision_numbers.html", period=period, today=today,
        groups=[(name, mine) for name in GROUPS if (mine := [one for one in numbers if one.group == name])],
        labels=lambda one: words.labels(one, sheets), asked=_asked(request), sheets=sheets,
        years=[this - back for back in range(YEARS_SHOWN)], year=request.query_params.get("fiscal_year", ""),
        on=request.query_params.get("on", ""), sees_extracts=sees_extracts(request),
    )  # fmt: skip


def behind(request: Request) -> Response:
    """The list that one number counts, a page of it."""
    world, period, asked = world_of(request), _period(request), request.query_params
    sheets, words = sheets_of(request), Words(world.pages.language(request))
    number = next((one for one in _numbers(request, period) if one.key == asked.get("number", "")), None)
    if number is None:
        raise HTTPException(NOT_THERE)
    pages = max(1, -(-number.count // A_PAGE))
    text = asked.get("page", "")
    at = min(max(1, int(text) if text.isdecimal() and len(text) < len("1000000") else 1), pages)
    return world.pages.render(
        request, "supervision_list.html", number=number, label=words.labels(number, sheets), period=period, words=words,
        rows=number.rows[A_PAGE * (at - 1) : A_PAGE * at], page=at, pages=pages, asked=_asked(request),
    )  # fmt: skip


def workbook(request: Request) -> Response:
    """All numbers and lists as XLSX."""
    period, words = _period(request), Words(world_of(request).pages.language(request))
    content = numbers_workbook(_numbers(request, period), period, words, sheets_of(request))
    return _file(content, XLSX, f"supervision-{period.last}.xlsx")


def draft(request: Request) -> Response:
    """The draft of the sheet, in Japanese, as DOCX."""
    period = _period(request)
    content = draft_document(
        _numbers(request, period), period, Words("ja"), sheets_of(request), made_on=today_of(request)
    )
    return _file(content, DOCX, f"supervision-{period.last}.docx")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _period(request: Request) -> CountedPeriod:
    """The period that is asked for: a fiscal year as far as it has come, or a day's; today's unless given."""
    today, asked = today_of(request), request.query_params
    year, on = asked.get("fiscal_year", "").strip(), asked.get("on", "").strip()
    if _FOUR_DIGITS.fullmatch(year) and FIRST_YEAR <= int(year) <= LAST_YEAR:
        whole = fiscal_year(int(year))
        return CountedPeriod(whole.first, min(whole.last, max(today, whole.first)))
    try:
        return year_to(read_day(on) if on else today)
    except RegisterError:
        return year_to(today)


def _asked(request: Request) -> dict[str, str]:
    return {name: text for name in ("on", "fiscal_year") if (text := request.query_params.get(name, "")[:20])}


def _numbers(request: Request, period: CountedPeriod) -> Sequence[NumberBehind]:
    world = world_of(request)
    with world.home.database.read() as session:
        lines = (line for one in world.shelf.extracts_on(session, period.last) for line in one.copies)
        numbers = numbers_of(session, period, lines, sheets=sheets_of(request))
    return numbers if sees_extracts(request) else [one for one in numbers if one.group != LENT_DATA]


ROUTES = [
    Guarded("/supervision/numbers", page, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/numbers/list", behind, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/numbers.xlsx", workbook, needs=Permission.SEE_SUPERVISION),
    Guarded("/supervision/numbers.docx", draft, needs=Permission.SEE_SUPERVISION),
]

"""Check files for customers, and hand in a list that a case begins with: upload, watch, see, open an incident."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.clock import local
from custody.enrolment.uploads import LARGEST_BYTES
from custody.ranking import NONE_OF_THESE
from incidents.ownership import is_named
from judging.scans.store import CHECK, DONE, FAILED, KEPT, LIST, MOST_FILES, RUNNING, WAITING, ListOrigin, Scans
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.own import own_names
from web.masking.masks import masked_line
from web.routes.work.estimates import MARGIN, TimeLeft
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from core.texts import Texts
    from judging.scans.store import Scan

_REFRESH_S: Final = 2
_UPLOAD, _FILES = "hinomi.upload", "hinomi.files"
LONGEST_WORD: Final = 300
NOT_THERE: Final = 404
SHOWN_EXTRACTS: Final = 5
SPREAD: Final = 2.0
"""Files differ: the next may take so many times as long for its size as those before, or as little."""
LEAST_S: Final = 1.0


def page(request: Request) -> Response:
    """Both forms, and what was handed in within a day."""
    return _page(request)


def hand_in(request: Request) -> Response:
    """Files that the gate has written to disk: note what they are for."""
    form, scans, name = form_of(request), _scans(request), request.scope[_UPLOAD]
    purpose = form.get("purpose", CHECK)
    folder_files = request.scope[_FILES]
    origin = ListOrigin()
    if purpose not in {CHECK, LIST}:
        scans.abandon(name)
        raise HTTPException(400)
    if purpose == LIST:
        when = form.get("when", "").strip()[:LONGEST_WORD]
        origin = ListOrigin(_word(form.get("where", "")), _word(form.get("whom", "")), when, _moment(request, when))
        if not origin.where or (when and not origin.seen_at):
            scans.abandon(name)
            return _page(request, wrong="origin")
    scan = scans.add(name, folder_files, actor_of(request), purpose, origin)
    if any(not one.size_bytes for one in scan.files):
        scans.abandon(name)
        return _page(request, wrong="empty")
    return RedirectResponse(f"/scan/{name}", status_code=303)


def one(request: Request) -> Response:
    """One scan: how far it is, and what was found."""
    scan = _scan(request)
    world = world_of(request)
    texts = world.pages.texts(request)
    found = [_shown(request, scan, number, texts) for number in range(len(scan.files))]
    response = world.pages.render(
        request, "scan.html", scan=scan, found=found, run=run_of(request, scan), goes_at=scan.added_at + KEPT,
    )  # fmt: skip
    if scan.state in {WAITING, RUNNING}:
        response.headers["Refresh"] = str(_REFRESH_S)
    return response


def act(request: Request) -> Response:
    """Have an incident opened of a file, or remove everything of the scan."""
    form, scans, scan = form_of(request), _scans(request), _scan(request)
    if form.get("do") == "drop" and scan.state in {DONE, FAILED}:
        scans.abandon(scan.id)
        return RedirectResponse("/scan", status_code=303)
    number = form.get("file", "")
    if form.get("do") != "open" or not number.isdecimal() or int(number[:4]) >= len(scan.files):
        raise HTTPException(400)
    result = scans.result_of(scan, int(number))
    if scan.state != DONE or not result.get("subjects") or "incident" in result:
        raise HTTPException(409)
    scans.change(scan, state=WAITING, to_open=(*scan.to_open, int(number)))
    return RedirectResponse(f"/scan/{scan.id}", status_code=303)


def _page(request: Request, wrong: str = "") -> Response:
    world = world_of(request)
    now = local(world.home.clock.now(), world.home.settings.zone)
    seen = [scan for scan in _scans(request).listed() if sees_scan(request, scan)]
    return world.pages.render(
        request, "scans.html", status=400 if wrong else 200, scans=seen, wrong=wrong,
        largest=LARGEST_BYTES, most=MOST_FILES, hours=int(KEPT.total_seconds() // 3600),
        latest=f"{now:%Y-%m-%dT%H:%M}",
    )  # fmt: skip


def _shown(request: Request, scan: Scan, number: int, texts: Texts) -> dict[str, Any]:
    """What was found in a file, as a page shows it; empty before."""
    result = _scans(request).result_of(scan, number)
    shown: dict[str, Any] = {"file": scan.files[number], "number": number, "result": result}
    if not result:
        return shown
    names = own_names(request, Permission.SEE_REGISTER)
    seen = [one for one in result["extracts"] if names is None or is_named(one["extract"], names)]
    told = [one for one in seen if one["extract"] != NONE_OF_THESE]
    most = max((result["people"], *result["fields"].values()), default=0)
    return shown | {
        "extracts": told[:SHOWN_EXTRACTS],
        "others": sum(one["extract"] != NONE_OF_THESE for one in result["extracts"]) - len(told),
        "is_none_likelier": bool(result["extracts"]) and result["extracts"][0]["extract"] == NONE_OF_THESE,
        "bars": [(kind, count, count / most if most else 0.0) for kind, count in result["fields"].items()],
        "matches": [{**match, "place": _place(match["place"], texts)} for match in result["matches"]],
        "limits": [masked_line(limit) for limit in result["limits"]],
    }


def _place(place: Mapping[str, object], texts: Texts) -> str:
    told = []
    for part, value in place.items():
        key = f"place.{part}"
        told.append(texts(key, n=masked_line(str(value))) if key in texts else f"{part} {masked_line(str(value))}")
    return " · ".join(told)


def run_of(request: Request, scan: Scan) -> dict[str, Any]:
    """How far a run is: files done, bytes done, how long the rest takes where that is known, at most in any case."""
    progress = _scans(request).progress_of(scan)
    home = world_of(request).home
    if progress is None:
        return {"share": 0.0, "number": 0, "left": None, "began_at": None, "since": None, "limit_s": 0}
    now = home.clock.now()
    share = progress.done_bytes / max(1, scan.size_bytes)
    took = (progress.since - progress.began_at).total_seconds()
    done = progress.done_bytes - progress.begun_bytes
    left = None
    if took >= LEAST_S and done > 0:
        rest_s = (scan.size_bytes - progress.done_bytes) * took / done - (now - progress.since).total_seconds()
        if rest_s > 0:
            left = TimeLeft(rest_s / SPREAD, rest_s * SPREAD * (1 + MARGIN))
    limit_s = home.settings.matcher.max_document_s * (len(scan.files) - progress.number)
    return {
        "share": share, "number": progress.number, "left": left, "began_at": progress.began_at,
        "since": progress.since, "limit_s": limit_s,
    }  # fmt: skip


def _word(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_WORD]).strip()


def _moment(request: Request, text: str) -> str:
    """A moment as a browser's field has it, where the carrier is; empty where it is none, or has not come yet."""
    home = world_of(request).home
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return ""
    moment = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(home.settings.zone))
    return moment.isoformat() if moment <= home.clock.now() else ""


def sees_scan(request: Request, scan: Scan) -> bool:
    """Whether somebody may see a scan: who answers for some extracts alone sees what they handed in themselves."""
    actor = actor_of(request)
    names = own_names(request, Permission.SCAN)
    return names is None or actor.is_same_person(scan.by["account"], scan.by["name"])


def _scans(request: Request) -> Scans:
    home = world_of(request).home
    return Scans(home.settings.home, home.clock)


def _scan(request: Request) -> Scan:
    found = _scans(request).get(request.path_params["scan"])
    if found is None or not sees_scan(request, found):
        raise HTTPException(NOT_THERE)
    return found


ROUTES = [
    Guarded("/scan", page, needs=Permission.SCAN),
    Guarded("/scan", hand_in, methods=["POST"], needs=Permission.SCAN),
    Guarded("/scan/{scan}", one, needs=Permission.SCAN),
    Guarded("/scan/{scan}", act, methods=["POST"], needs=Permission.SCAN),
]

"""Turns a template and values into a response, in the reader's language."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from core.errors import HinomiError
from core.texts import LANGUAGES, load_texts
from crawler.spoken import spoken
from custody.supervision.words import Words
from people.roles import Permission, may, may_with_all
from people.sign_in.passkeys import is_name
from transparency.last_verification import last_verification
from web import formats
from web.access.gate import FORM_MARK
from web.language import LANGUAGE_COOKIE, asked_language, choose_language
from web.limits import limit_text
from web.masking.masks import hidden_line, masked_address, masked_line, told
from web.world import world_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

    from core.clock import Clock
    from core.settings import Settings
    from core.texts import Texts
    from people.errors import PeopleError
    from people.sessions import SignedIn
    from transparency.last_verification import LastVerification
    from web.access.sessions import Sessions

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
YEAR_S = 365 * 24 * 3600


class Pages:
    """The templates, ready to be filled in."""

    def __init__(self, settings: Settings, sessions: Sessions, clock: Clock) -> None:
        self._settings = settings
        self._language = settings.language
        self._sessions = sessions
        self._clock = clock
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            moment=partial(formats.moment, zone=settings.zone), day=partial(formats.day, zone=settings.zone),
            number=formats.number, share=formats.share, confidence=formats.confidence,
            size=formats.size, by_weight=formats.by_weight, code=formats.with_code, masked=masked_line,
            hidden=hidden_line, masked_address=masked_address, told=told,
        )  # fmt: skip
        self._assets = {f.name: formats.asset_version(f.read_bytes()) for f in STATIC.iterdir() if f.is_file()}

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page."""
        language = self.language(request)
        body = self._templates.get_template(template).render(self._frame(request, language) | values)
        response = HTMLResponse(body, status_code=status, headers={"Content-Language": language, "Vary": "Cookie"})
        if asked := asked_language(request):
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=YEAR_S, samesite="lax", httponly=True)
        return response

    def error(self, request: Request, status: int, key: str = "", *, said: str = "", hint: str = "") -> HTMLResponse:
        """A page that says what went wrong and what to do: the text under ``key``, or under the status."""
        return self.render(request, "error.html", status=status, code=status, key=key, said=said, hint=hint)

    def sign_in(self, request: Request, to: str, status: int = 200, error: PeopleError | None = None) -> HTMLResponse:
        """The page that asks who is there; it leads on to ``to``."""
        said, hint = error.said(self.language(request)) if error else ("", "")
        people = self._settings.people
        return self.render(
            request, "signin.html", status=status, to=to, said=said, hint=hint, oidc=people.oidc,
            has_passkeys=is_name(urlsplit(self._settings.web_url).hostname or ""),
        )  # fmt: skip

    def language(self, request: Request) -> str:
        """This reader's language."""
        session: SignedIn | None = request.scope.get("hinomi.session")
        return choose_language(request, self._language, session.language if session else "")

    def texts(self, request: Request) -> Texts:
        """The texts of this reader's language."""
        return load_texts("web", self.language(request))

    def _frame(self, request: Request, language: str) -> dict[str, Any]:
        """What every template may use."""
        texts = load_texts("web", language)
        session: SignedIn | None = request.scope.get("hinomi.session")
        now = self._clock.now()
        verified = _last_verification(request) if session else None
        return {
            "verified": verified,
            "verified_text": _verified_text(texts, verified, now),
            "t": texts,
            "named": partial(_named, texts),
            "form_title": partial(_form_title, language),
            "limit_text": partial(limit_text, texts),
            "now": now,
            "since": partial(_since, texts, now),
            "lasting": partial(_lasting, texts),
            "language": language,
            "languages": [(code, _address(request, lang=code)) for code in LANGUAGES],
            "here": request.scope["path"],
            "is_at": partial(_is_at, request.scope["path"]),
            "address": partial(_address, request),
            "asset": lambda name: f"/static/{name}?v={self._assets[name]}",
            "session": session,
            "may": partial(_may, session),
            "may_with_all": partial(_may_with_all, session),
            "spoken": partial(spoken, language=language),
            "supervision_word": Words(language),
            "form_mark_name": FORM_MARK,
            "form_mark": self._sessions.form_mark(session.id) if session else "",
        }


def _may(session: SignedIn | None, permission: str) -> bool:
    """Whether somebody may: what they may not, a page does not offer."""
    return session is not None and may(session.actor, Permission(permission))


def _may_with_all(session: SignedIn | None, permission: str) -> bool:
    """Whether somebody may with every extract: what the owner of a few may not, a page does not offer them."""
    return session is not None and may_with_all(session.actor, Permission(permission))


def _last_verification(request: Request) -> LastVerification | None:
    """The last verification of the record; none where the database cannot say."""
    try:
        with world_of(request).home.database.read() as database:
            return last_verification(database)
    except HinomiError:
        return None


def _verified_text(texts: Texts, verified: LastVerification | None, now: datetime) -> str:
    """Whether the record was whole, and when, in words."""
    if verified is None:
        return ""
    if verified.is_asked:
        return texts("app.verifying")
    if verified.at is None:
        return texts("app.never_verified")
    key = "app.damaged" if verified.damaged else "app.whole"
    return texts(key, n=formats.number(verified.damaged), since=_since(texts, now, verified.at))


def _named(texts: Texts, group: str, name: str) -> str:
    """The name of a state, kind, … in this language: ours, the incidents', or the word itself when neither knows it."""
    key = f"{group}.{name}"
    rooms = (load_texts(room, texts.language) for room in ("incidents", "people"))
    known = next((t for t in (texts, *rooms) if key in t), None)
    return known(key) if known else name.replace("_", " ")


def _form_title(language: str, form: str) -> str:
    """What a form of report is called; its name where it is none of ours."""
    texts, key = load_texts("reports", language), f"form.{form}.title"
    return texts(key) if key in texts else form


def _since(texts: Texts, now: datetime, at: datetime | None) -> str:
    """How long ago, or how far ahead, in words."""
    if at is None:
        return ""
    key, amount = formats.distance(at, now)
    return texts(key, n=amount)


def _is_at(here: str, target: str) -> bool:
    """Whether a page is the one at an address, or one below it."""
    return here == target or (target != "/" and here.startswith(target + "/"))


def _lasting(texts: Texts, seconds: float) -> str:
    """How long something took, in words."""
    return " ".join(texts(key, n=amount) for key, amount in formats.lasting(seconds))


def _address(request: Request, **changes: str | int | None) -> str:
    """The address of this page with some parameters changed; none of them a token."""
    query: Mapping[str, str] = dict(request.query_params)
    kept = {k: v for k, v in {**query, **changes}.items() if v not in (None, "") and k != "token"}
    return str(request.scope["path"]) + ("?" + urlencode(kept) if kept else "")

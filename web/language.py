"""Which language a page speaks: the address, then the cookie, then the browser, then the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.texts import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

LANGUAGE_COOKIE = "hinomi_language"


def asked_language(request: Request) -> str | None:
    """The language named in the address, which is then remembered."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else None


def choose_language(request: Request, default: str, own: str = "") -> str:
    """The language of this page: as chosen in this browser, else the account's own, else what the browser asks for."""
    remembered = request.cookies.get(LANGUAGE_COOKIE, "")
    if remembered not in LANGUAGES:
        remembered = own or _preferred(request.headers.get("accept-language", "")) or default
    return asked_language(request) or remembered


def _preferred(header: str) -> str | None:
    """The language we speak that an Accept-Language header puts first (RFC 9110 §12.5.4)."""
    best, best_weight = None, 0.0
    for entry in header.split(","):
        tag, _, parameter = entry.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    _, _, value = parameter.replace(" ", "").partition("q=")
    try:
        return float(value) if value else 1.0
    except ValueError:
        return 0.0

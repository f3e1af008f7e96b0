"""Walls: pages that answer with 200, and stand in front of what was asked for.

A page is told as a wall by how it is made (a challenge's script, a header, a form that is all there is), and by words
only where there is hardly anything else on it: what people post talks of walls too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from parsel import Selector

from core.markup import has_heavy_tag
from crawler.pages.selectors import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Wall(StrEnum):
    """What stands in front of a page; nothing is false."""

    NONE = ""
    BROWSER = "checking the browser"
    CAPTCHA = "a captcha"
    LOGIN = "a login form"
    CONTINUE = "a 'continue' page"
    MAINTENANCE = "maintenance"
    RATE = "a rate limit page"


LONGEST: Final = 1 << 19
"""Characters of a page that are looked at; a wall is much shorter."""
LITTLE: Final = 600
"""Characters that a reader sees on a page which says one thing: the walls of the tests have 20 to 350."""
SLIGHT: Final = 300
_SOONEST: Final = 30  # seconds: what refreshes later shows something meanwhile
_CHALLENGED: Final = {
    "cf-mitigated": Wall.BROWSER, "x-vercel-mitigated": Wall.BROWSER, "x-amzn-waf-action": Wall.BROWSER,
}  # fmt: skip
_CHALLENGES: Final = re.compile(
    r"_cf_chl_opt|orchestrate/(?:chl_page|jsch|managed)|^challenge-form$|cf-browser-verification|^jschl[-_]answer$"
    r"|ddos-guard/js-challenge|check\.ddos-guard\.net|^anubis_challenge$|\.within\.website/x/cmd/anubis"
    r"|sucuri_cloudproxy_js|slowAES\.decrypt|git/go-away/|/\.basedflare/",
    re.MULTILINE,
)
"""Marks of Cloudflare, DDoS-Guard, Anubis, Sucuri, free hosts, go-away and Basedflare. ``/cdn-cgi/challenge-platform/``
alone is none: Cloudflare puts it on pages that it lets through."""
_CAPTCHAS: Final = re.compile(
    r"""class=["'][^"'<>]{0,200}\b(?:g-recaptcha|h-captcha|cf-turnstile|frc-captcha)\b|captcha-delivery\.com"""
    r"""|id=["']px-captcha["']|<input[^<>]{1,300}name=["'][^"'<>]{0,40}captcha""",
    re.IGNORECASE,
)
_TITLES: Final = tuple(
    (wall, re.compile(words))
    for wall, words in (
        (Wall.BROWSER, "just a moment|attention required|checking your browser|ddos-guard|verifying your browser"),
        (Wall.BROWSER, "making sure you're not a bot|one moment, please|ブラウザを?(?:確認|チェック)|お待ちください"),
        (Wall.LOGIN, r"(?:[^|»-]{1,99}[|»-])?\s{0,9}(?:log ?in|sign ?in|ログイン|member login|会員ログイン)\b"),
        (Wall.MAINTENANCE, r"(?:(?:down|offline) for |under |scheduled )?maintenance\b|メンテナンス|be right back"),
        (Wall.MAINTENANCE, "(?:service )?temporarily unavailable"),
        (Wall.RATE, r"(?:\d{3}:? )?too many requests|rate limit|429\b|you are being rate limited"),
    )
)
_SAYINGS: Final = tuple(
    (wall, re.compile(words))
    for wall, words in (
        (Wall.BROWSER, "checking (?:if the site|your browser)|enable javascript and cookies to|ブラウザ.{0,9}確認"),
        (
            Wall.RATE,
            "too many requests|rate limit|アクセスが(?:集中|多すぎ)|wait .{1,20}before (?:search|try|request)ing",
        ),
        (Wall.MAINTENANCE, r"\bmaintenance\b|メンテナンス中|temporarily unavailable"),
        (Wall.MAINTENANCE, "board is (?:currently )?(?:closed|disabled|offline)"),
        (Wall.LOGIN, "(?:must|need to|have to) (?:be )?(?:log|sign|regist)|please (?:log|sign) ?in|login required"),
        (Wall.LOGIN, "ログイン(?:して|が必要)|会員(?:限定|専用|のみ)|registered and logged in"),
    )
)
_GO_ON: Final = re.compile(
    r"continue|proceed|click here|skip|\benter\b|続(?:ける|行|きを)|進む|次へ|こちら|ここをクリック|weiter",
    re.IGNORECASE,
)
_REFRESH: Final = re.compile(
    r"\s{0,9}(\d{1,4})(?:\.\d{0,4})?\s{0,9}[;,]\s{0,9}(?:url\s{0,9}=\s{0,9})?[\"']?([^\"'\s][^\"']{0,2000})",
    re.IGNORECASE,
)
_IS_HTML: Final = re.compile(
    r"\s{0,200}(?:<!doctype html|<html|<head|<\?xml[^>]{0,200}>\s{0,20}<!doctype html)", re.IGNORECASE
)
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})


def wall_of(page_text: str, media_type: str, status: int, headers: Mapping[str, str], *, expects_text: bool) -> Wall:
    """Which wall a page is; `Wall.NONE` when it is none, or not surely.

    Args:
        page_text: The page.
        media_type: As declared; of a paste that is served as plain text nothing but its headers can show a wall.
        status: Of the answer.
        headers: Of the answer, with names in small letters.
        expects_text: The answer itself is what was asked for, as with raw pastes. Otherwise the page is one on which
            nothing that was looked for could be found: a page with posts on it may hold a small login form, too.
    """
    for header, wall in _CHALLENGED.items():
        if headers.get(header, "").lower() in {"challenge", "captcha"}:
            return wall
    if not _is_html(page_text, media_type) or (expects_text and media_type not in {*_HTML_TYPES, ""}):
        return Wall.NONE
    page_text = page_text[:LONGEST]
    if has_heavy_tag(page_text):
        return Wall.NONE
    root = Selector(type="html", text=page_text or " ")
    seen = _seen(root)
    if len(seen) < LITTLE * 2 and _CHALLENGES.search("\n".join(root.xpath("//script//text() | //@*").getall())):
        return Wall.BROWSER
    return _of_little(root, page_text, seen, status) if len(seen) < LITTLE and not _holds_text(root) else Wall.NONE


def continue_to(page_text: str) -> str:
    """The link that a page does nothing but lead on to, by a refresh or one thing to click; empty when it does more."""
    if not _is_html(page_text, "text/html") or has_heavy_tag(page_text[:LONGEST]):
        return ""
    root = Selector(type="html", text=page_text[:LONGEST] or " ")
    return _refresh_of(root) or _only_link(root, _seen(root))


def _is_html(page_text: str, media_type: str) -> bool:
    return media_type in _HTML_TYPES or (not media_type and _IS_HTML.match(page_text) is not None)


def _seen(root: Selector) -> str:
    """What a reader without scripts sees, on one line."""
    body = root.xpath("/html/body")
    return " ".join(text_of(body[0]).split()) if body else ""


def _holds_text(root: Selector) -> bool:
    """Whether there is a place with text that somebody may have posted."""
    return any(one.strip() for one in root.xpath("//pre//text() | //textarea//text() | //article//text()").getall())


def _of_little(root: Selector, page_text: str, seen: str, status: int) -> Wall:
    """Which wall a page is on which there is hardly anything."""
    title = " ".join(" ".join(root.xpath("//title//text() | //h1//text()").getall()[:2]).split()).lower()
    told = root.xpath("//title//text()").get("").strip().lower()
    if _CAPTCHAS.search(page_text):
        return Wall.CAPTCHA
    has_password = bool(root.xpath("//form//input[translate(@type, 'PASWORD', 'pasword')='password']"))
    for wall, words in _TITLES:
        if words.match(told) and (wall is not Wall.LOGIN or has_password):
            return wall
    for wall, words in _SAYINGS:
        if words.search(f"{title} {seen}".lower()):
            return wall
    if has_password and (len(seen) < SLIGHT or status in {401, 403}):
        return Wall.LOGIN
    return Wall.CONTINUE if _refresh_of(root) or _only_link(root, seen) else Wall.NONE


def _refresh_of(root: Selector) -> str:
    for content in root.xpath("//meta[translate(@http-equiv, 'REFSH', 'refsh')='refresh']/@content").getall():
        found = _REFRESH.match(content)
        if found and int(found[1]) <= _SOONEST:
            return found[2].strip()
    return ""


def _only_link(root: Selector, seen: str) -> str:
    """The one link of a page without a form, if the page says that one should go on."""
    links = dict.fromkeys(link.strip() for link in root.xpath("//a/@href").getall())
    leading = [link for link in links if link and not link.lower().startswith(("#", "javascript:", "mailto:"))]
    if len(leading) != 1 or len(seen) >= SLIGHT or root.xpath("//form"):
        return ""
    return leading[0] if _GO_ON.search(seen) else ""

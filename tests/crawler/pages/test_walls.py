"""Walls are told as what they are, and nothing that somebody posted is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.walls import Wall, continue_to, wall_of

HTML = "text/html"


def wall(page: str, media_type: str = HTML, status: int = 200, *, expects_text: bool = False, **headers: str) -> str:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return wall_of(page, media_type, status, told, expects_text=expects_text)


CLOUDFLARE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to "
    "continue</noscript><script>window._cf_chl_opt={cType:'managed'};</script></body></html>"
)
LOGIN = (
    "<html><head><title>架空掲示板 » ログイン</title></head><body><form action=/login method=post><input name=user>"
    '<input type="Password" name=pass><input type=hidden name=csrf value=1></form></body></html>'
)
HEADER_LOGIN = (
    "<html><head><title>架空掲示板</title></head><body><form action=/login><input name=user><input type=password>"
    "</form>"
)
PAGES = {
    "cloudflare": (CLOUDFLARE, Wall.BROWSER),
    "old cloudflare": ("<title>x</title><form id='challenge-form'><input name='jschl_answer'></form>", Wall.BROWSER),
    "ddos-guard": ("<title>x</title><script src='/.well-known/ddos-guard/js-challenge/index.js'>", Wall.BROWSER),
    "anubis": ("<title>Making sure you're not a bot!</title><script id='anubis_challenge'>{}</script>", Wall.BROWSER),
    "free host": ("<script>document.cookie='__test='+slowAES.decrypt(c,2,a,b)</script>", Wall.BROWSER),
    "by title alone": ("<title>Checking your browser before accessing site.example</title><p>wait", Wall.BROWSER),
    "recaptcha": ("<title>Verify</title><form><div class='x g-recaptcha' data-sitekey=1></div></form>", Wall.CAPTCHA),
    "picture": ("<form>Type the letters <img src=c.png><input type=text name='captcha_code'></form>", Wall.CAPTCHA),
    "login": (LOGIN, Wall.LOGIN),
    "members": ("<title>掲示板</title><p>この板は会員専用です。ログインしてください。</p>", Wall.LOGIN),
    "phpbb": ("<title>Board - Login</title><p>You need to login.<form><input type=password></form>", Wall.LOGIN),
    "refresh": ("<meta http-equiv=Refresh content='0; URL=/real'><p>Loading", Wall.CONTINUE),
    "click": ("<p>You are about to leave. <a href='/real'>Click here to continue</a>", Wall.CONTINUE),
    "maintenance": ("<title>掲示板</title><h1>メンテナンス中</h1><p>ご迷惑をおかけします", Wall.MAINTENANCE),
    "rate": ("<title>429 Too Many Requests</title>", Wall.RATE),
    "busy": ("<p>アクセスが集中しています。しばらくお待ちください。</p>", Wall.RATE),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("expects_text", [True, False])
def test_a_wall_is_told(name: str, *, expects_text: bool) -> None:
    page, expected = PAGES[name]
    page = page if page.startswith("<!D") else f"<html>{page}</html>"
    assert wall(page, expects_text=expects_text) == expected
    assert wall(page, "", expects_text=expects_text) == expected


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("media_type", ["text/plain", "application/octet-stream", "application/json"])
def test_the_same_page_posted_as_text_is_what_somebody_posted(name: str, media_type: str) -> None:
    assert wall(PAGES[name][0], media_type, expects_text=True) == Wall.NONE


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("element", ["pre", "textarea", "article"])
def test_a_page_that_shows_a_paste_is_none(name: str, element: str) -> None:
    if PAGES[name][1] is not Wall.BROWSER or name == "by title alone":
        assert wall(f"<html>{PAGES[name][0]}<{element}>架空一郎 090-0012-3400</{element}></html>") == Wall.NONE


@pytest.mark.parametrize(
    "page",
    [
        HEADER_LOGIN + "<p>" + "板の説明。" * 200,
        HEADER_LOGIN + "<div class=topics>" + "".join(f"<a href=/t/{n}>話題その {n} について</a>" for n in range(60)),
        "<html><head><title>Just a moment... I leaked this</title></head><body>" + "<p>架空一郎 090-0012-3400" * 60,
        "<html><title>板</title><p>There are no topics in this forum.<a href=/>top</a><a href=/faq>faq</a>",
        "<html><title>slowAES.decrypt in _cf_chl_opt</title><pre>window._cf_chl_opt</pre><p>cf-browser-verification",
        "<html><title>板</title><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><p>話",
        "",
        "<html></html>",
    ],
)
def test_a_page_that_says_more_is_none(page: str) -> None:
    assert wall(page) == Wall.NONE


def test_a_header_tells_a_challenge_whatever_is_below_it() -> None:
    assert wall("x", "text/plain", 403, expects_text=True, cf_mitigated="challenge") == Wall.BROWSER
    assert wall("x", "text/plain", 200, expects_text=True, x_amzn_waf_action="captcha") == Wall.BROWSER
    assert wall("x", "text/plain", 200, expects_text=True, server="cloudflare") == Wall.NONE


@given(text=st.text(), expects_text=st.booleans(), status=st.integers(200, 599))
def test_no_page_breaks_it(text: str, status: int, *, expects_text: bool) -> None:
    for media_type in (HTML, "text/plain", ""):
        assert wall(text, media_type, status, expects_text=expects_text) in set(Wall)
    assert isinstance(continue_to(text), str)


@given(text=st.text())
def test_plain_text_is_never_a_wall(text: str) -> None:
    assert wall(f"<html><title>Just a moment...</title>{text}", "text/plain", expects_text=True) == Wall.NONE


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ('<meta http-equiv="refresh" content="0;url=/t/1?a=b&amp;c=d">', "/t/1?a=b&c=d"),
        ("<META HTTP-EQUIV=REFRESH CONTENT=\"5; URL='http://a.example/'\">", "http://a.example/"),
        ("<noscript><meta http-equiv=refresh content='0; url=/nojs'></noscript>", "/nojs"),
        ("<meta http-equiv=refresh content=300>", ""),
        ("<meta http-equiv=refresh content='300;url=/again'>", ""),
        ("<p>18歳以上の方は<a href='/enter'>こちら</a>からお進みください", "/enter"),
        ("<a href=/a>continue</a><a href=/b>leave</a>", ""),
        ("<a href=/a>continue</a><a href='#top'>top</a><a href='javascript:x'>x</a>", "/a"),
        ("<a href=/a>continue</a><form></form>", ""),
        ("<a href=/a>a topic</a>", ""),
        ("<p>" + "架空の話。" * 99 + "<a href=/a>continue</a>", ""),
        ("no page", ""),
    ],
)
def test_a_page_that_only_leads_on_says_where(page: str, link: str) -> None:
    assert continue_to(f"<html>{page}</html>") == link

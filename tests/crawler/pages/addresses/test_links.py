"""Links as browsers follow them, and never an error, whatever stands in a page."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from parsel import Selector
from scrapy import Request

from core.encodings.decoder import to_text
from crawler.pages.addresses import base_of, read_link

PAGE = "http://site.example/forum/index.php?f=2"
PIECES = st.sampled_from([
    "http:", "https:", "//", "/", "\\", "?", "#", "&", ";", "=", "%", "%2e", "..", ".", "[", "]", "[::1]", ":80",
    ":99999", "@", "a", "架空", "①", " ", "\t", "\n", "\x00", "\ud800", "javascript:", "mailto:", "x.example", "|", "'",
    "^", "１", "ﷺ", "℀",
])  # fmt: skip
ANY = st.text() | st.lists(PIECES, max_size=9).map("".join)


@given(page=ANY | st.just(PAGE), base=ANY | st.just(""), link=ANY, encoding=st.sampled_from(["", "euc-jp", "x"]))
@example(page=PAGE, base="", link="http://[x/", encoding="")
@example(page="", base="http://[x/", link="x", encoding="")
def test_any_link_gives_an_address_that_can_be_asked_for_or_none(
    page: str, base: str, link: str, encoding: str
) -> None:
    address = read_link(page, base, link, encoding)
    if address is not None:
        parts = urlsplit(address)
        assert address.isascii()
        assert parts.scheme in {"http", "https"}
        assert parts.hostname
        assert not parts.fragment
        assert not parts.username
        assert read_link(PAGE, "", address, encoding) == address
        assert Request(address).url == address


@given(link=st.from_regex(r"(\.\./|/)?[a-z]{1,3}(/[a-z]{1,3}){0,2}(\?[a-z]=[0-9]{1,3})?", fullmatch=True))
def test_a_plain_link_is_joined_as_any_client_joins_it(link: str) -> None:
    assert read_link(PAGE, "", link) == urljoin(PAGE, link)


@given(
    text=st.text("架空一郎あアヱ漢字①㈱髙﨑１Ａ", min_size=1), label=st.sampled_from(["shift_jis", "euc-jp", "utf-8"])
)
def test_a_query_is_sent_in_the_encoding_of_its_page(text: str, label: str) -> None:
    address = read_link(PAGE, "", f"?q={text}", label)
    assert address
    assert to_text(unquote_to_bytes(urlsplit(address).query.removeprefix("q=")), label) == text
    path = read_link(PAGE, "", text, label)
    assert path
    assert unquote_to_bytes(urlsplit(path).path).decode() == f"/forum/{text}"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("javascript:void(0)", None),
        ("JavaScript\t:x", None),
        ("mailto:a@b.example", None),
        ("data:text/html,x", None),
        ("ftp://a.example/", None),
        ("http://[x/", None),
        ("http://a.example:99999/", None),
        ("http://a.example:x/", None),
        ("http:///", None),
        ("http://a..b.example/", None),
        ("http://exa mple/", None),
        ("http://" + "a" * 64 + ".example/", None),
        ("?" + "a" * 9000, None),
        ("", None),
        (" \n", None),
        ("#p5", PAGE),
        (" topic\n.php?t=1#p5 ", "http://site.example/forum/topic.php?t=1"),
        ("//other.example", "http://other.example/"),
        ("https:/other.example/x", "https://other.example/x"),
        (r"\\other.example\x?a\b", r"http://other.example/x?a%5Cb"),
        ("http://OTHER.example:80/a/./b/%2E%2e/c/..", "http://other.example/a/"),
        ("http://[0:0::1]:8080/x", "http://[::1]:8080/x"),
        ("http://[fe80::1%25eth0]/", None),
        ("http://日本語.example/", "http://xn--wgv71a119e.example/"),
        ("http://me:secret@other.example/", "http://other.example/"),
        ("a b/日本", "http://site.example/forum/a%20b/%E6%97%A5%E6%9C%AC"),
        ("50%/x%20y", "http://site.example/forum/50%/x%20y"),
        ("?q=☃", "http://site.example/forum/index.php?q=%26%239731%3B"),
    ],
)
def test_a_link_of_a_page_in_shift_jis(link: str, address: str | None) -> None:
    assert read_link(PAGE, "", link, "shift_jis") == address


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("/other/", "http://site.example/other/t/1"),
        ("https://www.site.example/b/c.html", "https://www.site.example/b/t/1"),
        ("http://[x/", "http://site.example/forum/t/1"),
        ("javascript:x", "http://site.example/forum/t/1"),
        ("", "http://site.example/forum/t/1"),
    ],
)
def test_links_begin_where_a_page_says_so(base: str, address: str) -> None:
    root = Selector(text=f'<html><head><base target="_top"><base href="{base}"><base href="/late/"></head>')
    assert read_link(PAGE, base_of(root), "t/1") == address


def test_a_page_at_an_address_of_ipv6_has_links() -> None:
    assert read_link("http://[::1]:8080/a/b", "", "c") == "http://[::1]:8080/a/c"

"""Addresses that Cloudflare hid come back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from crawler.pages.selectors import text_of
from crawler.pages.veiled_addresses import read_veiled


def veil(address: str, key: int) -> str:
    """As its servers do it."""
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


@given(name=st.text(min_size=1, max_size=40), key=st.integers(0, 255))
def test_an_address_comes_back(name: str, key: int) -> None:
    assert read_veiled(veil(f"{name}@site.example", key)) == f"{name}@site.example"


@given(st.text("0123456789abcdef x"))
def test_digits_of_any_kind_break_nothing(digits: str) -> None:
    assert isinstance(read_veiled(digits), str)


@given(key=st.integers(0, 255))
def test_text_has_the_address_and_not_its_veil(key: int) -> None:
    digits = veil("kakuu@site.example", key)
    for hidden in (
        f'<a href="/cdn-cgi/l/email-protection" data-cfemail="{digits}">[email&#160;protected]</a>',
        f'<span class="__cf_email__" data-cfemail="{digits}">[email&#160;protected]</span>',
        f'<a href="/cdn-cgi/l/email-protection#{digits}"><span>[email&#160;protected]</span></a>',
    ):
        root = Selector(text=f"<div>架空一郎,{hidden}, 東京</div>").css("div")[0]
        assert text_of(root) == "架空一郎,kakuu@site.example, 東京"


def test_a_link_that_says_something_else_stays_what_it_says() -> None:
    digits = veil("kakuu@site.example", 7)
    root = Selector(text=f'<div><a href="/cdn-cgi/l/email-protection#{digits}">連絡先</a></div>').css("div")[0]
    assert text_of(root) == "連絡先"

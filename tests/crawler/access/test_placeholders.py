"""A secret is put in where the settings say, and in no spelling comes back."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.access.placeholders import (
    Sieve,
    fill_address,
    fill_body,
    fill_text,
    parameters_of,
    placeholder,
)
from crawler.access.secrets import LEAST_CHARACTERS, SecretError

if TYPE_CHECKING:
    from collections.abc import Callable

secrets = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=LEAST_CHARACTERS, max_size=40)
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in an address": quote,
    "in a query": quote_plus,
    "in a query, all of it": lambda value: quote(value, safe=""),
    "in HTML": html.escape,
    "in JSON": lambda value: json.dumps(value)[1:-1],
    "in JSON, as it is": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
}


@given(secrets, st.binary(max_size=50), st.binary(max_size=50), st.sampled_from(sorted(SPELLINGS)))
def test_no_spelling_of_a_secret_gets_through_the_sieve(value: str, before: bytes, after: bytes, how: str) -> None:
    spelled = SPELLINGS[how](value).encode()
    cleaned = Sieve([("forum-a", value)]).clean(before + spelled + after)
    assert spelled not in cleaned or spelled in placeholder("forum-a").encode()
    assert placeholder("forum-a").encode() in cleaned


@given(secrets, st.binary(max_size=200))
def test_what_holds_no_secret_is_not_touched(value: str, data: bytes) -> None:
    cleaned = Sieve([("forum-a", value)]).clean(data)
    assert cleaned is data or value.encode("utf-16-le") in data or base64.b64encode(value.encode()) in data
    assert Sieve([]).clean(data) is data


@given(secrets)
def test_a_secret_arrives_as_it_is_whatever_it_is_put_into(value: str) -> None:
    values = {"api": value}
    assert fill_text("Bearer {secret:api}", values) == f"Bearer {value}"
    form = fill_body(b"a=1&i=%7Bsecret%3Aapi%7D", "application/x-www-form-urlencoded", values)
    assert parse_qs(form.decode())["i"] == [value]
    assert json.loads(fill_body(b'{"i": "{secret:api}"}', "application/json", values))["i"] == value
    address = "http://site.example/list?a=1&key=%7Bsecret:api%7D"
    sent = fill_address(address, values, parameters_of(["http://site.example/list?key={secret:api}"]))
    assert parse_qs(urlsplit(sent).query)["key"] == [value]


@given(text=st.text() | st.text("/[]@?&=#:'a"))
@example(text="//ul[@class='paginator']//a/@href")
@example(text="http://[x/?key=a")
def test_settings_that_are_no_address_put_no_secret_anywhere(text: str) -> None:
    assert parameters_of([text]) == frozenset()


@pytest.mark.parametrize(
    "address",
    [
        "http://site.example/{secret:api}",
        "http://site.example/list?q={secret:api}",
        "http://site.example/list?key=a{secret:api}",
        "http://site.example/list?key={secret:other}",
        "http://site.example/list#key={secret:api}",
    ],
)
def test_a_link_on_a_page_cannot_ask_for_a_secret(address: str) -> None:
    allowed = parameters_of(["http://site.example/list?key={secret:api}"])
    assert fill_address(address, {"api": "key-0123456789", "other": "another secret"}, allowed) == address


def test_a_secret_that_the_source_does_not_name_is_an_error_and_says_which() -> None:
    with pytest.raises(SecretError, match="does not name the secret 'other'"):
        fill_text("{secret:other}", {"api": "key-0123456789"})

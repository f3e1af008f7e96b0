"""Secrets put in at the last moment, and taken out of whatever comes back, before anybody looks at it.

A request carries ``{secret:NAME}`` through the whole program; the value is put in next to the wire, and only towards
the source's own host. A site that shows a visitor his own token must not bring it into the archive: what comes back
holds the name again, in every spelling that a server may give the value.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, quote_plus

from crawler.access.secrets import SecretError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_NAME: Final = r"([a-z0-9][a-z0-9-]{0,62})"
PLACEHOLDER: Final = re.compile(rf"\{{secret:{_NAME}\}}")
_IN_ADDRESS: Final = re.compile(rf"(?:\{{|%7B)secret(?::|%3A){_NAME}(?:\}}|%7D)", re.IGNORECASE)
_ENCODINGS: Final = ("utf-8", "cp932", "euc-jp", "utf-16-le", "utf-16-be")
_HEX: Final = re.compile("%[0-9A-F]{2}")
_FORM, _JSON = "application/x-www-form-urlencoded", "json"


def placeholder(name: str) -> str:
    """What stands for a secret."""
    return f"{{secret:{name}}}"


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """A header's value, or plain text, with its secrets."""
    return PLACEHOLDER.sub(lambda found: _secret(found[1], values), text)


def fill_address(address: str, values: Mapping[str, str], parameters: frozenset[tuple[str, str]]) -> str:
    """An address with its secrets, where the source's own settings put them.

    Args:
        address: With placeholders as whole values of its query.
        values: By name.
        parameters: Names of the query and of the secret each may hold. A page may hold a link with a placeholder in it:
            that is text like any other, or everybody who posts there could have our token put into an address.
    """
    head, mark, query = address.partition("?")
    if not mark or not _IN_ADDRESS.search(query):
        return address
    body, hash_, fragment = query.partition("#")
    return head + mark + "&".join(_pair(pair, values, parameters) for pair in body.split("&")) + hash_ + fragment


def _pair(pair: str, values: Mapping[str, str], parameters: frozenset[tuple[str, str]]) -> str:
    name, _, value = pair.partition("=")
    found = _IN_ADDRESS.fullmatch(value)
    if found is None or (name, found[1]) not in parameters:
        return pair
    return f"{name}={quote(_secret(found[1], values), safe='')}"


def parameters_of(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Where the settings of a source put secrets into a query: names of the query and of the secret.

    Not every text of the settings is an address, and none other must be read as one: ``//ul[@class='x']`` selects.
    """
    found = set()
    for text in texts:
        query = text.partition("#")[0].partition("?")[2]
        for name, value in parse_qsl(query, keep_blank_values=True):
            if match := PLACEHOLDER.fullmatch(value):
                found.add((name, match[1]))
    return frozenset(found)


def fill_body(body: bytes, media_type: str, values: Mapping[str, str]) -> bytes:
    """A body with its secrets, each written as the kind of body wants it."""
    if b"secret" not in body:
        return body
    text = body.decode("latin-1")
    if _FORM in media_type:
        return _IN_ADDRESS.sub(lambda found: quote_plus(_secret(found[1], values)), text).encode("latin-1")
    write: Callable[[str], str] = (lambda value: json.dumps(value)[1:-1]) if _JSON in media_type else str
    raw = PLACEHOLDER.sub(lambda found: write(_secret(found[1], values)).encode().decode("latin-1"), text)
    return raw.encode("latin-1")


def _secret(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise SecretError(f"the source does not name the secret {name!r}", hint=f'Expected secrets = ["{name}"].')
    return values[name]


class Sieve:
    """Takes the values of secrets out of what a server sends.

    Args:
        secrets: Names and values; a name may come with several.
    """

    def __init__(self, secrets: Iterable[tuple[str, str]]) -> None:
        self._names = {form: placeholder(name).encode() for name, value in secrets for form in _spellings(value)}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, data: bytes) -> bytes:
        """The data with names where values stood; the same object when there was nothing to take out."""
        if self._pattern is None or not self._pattern.search(data):
            return data
        return self._pattern.sub(lambda found: self._names[found[0]], data)


def _spellings(value: str) -> Iterator[bytes]:
    """How a server may write a value: plain, in an address, in HTML, in JSON, in base64; in the encodings of pages."""
    quoted = {quote(value), quote(value, safe=""), quote_plus(value)}
    marked = {html.escape(value), html.escape(value, quote=False)}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    packed = base64.b64encode(value.encode()).decode()
    texts = {value, packed, packed.rstrip("="), *quoted, *marked, *escaped}
    texts |= {_HEX.sub(lambda found: found[0].lower(), text) for text in quoted}
    texts |= {text.replace("/", "\\/") for text in escaped}
    for text in texts:
        for encoding in _ENCODINGS:
            try:
                yield text.encode(encoding)
            except UnicodeEncodeError:
                continue

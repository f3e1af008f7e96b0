"""Mail addresses that a proxy took out of a page, that an address bar escaped, and names with their reading beside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fingerprints.identifiers.email import Email
from fingerprints.identifiers.name import Name
from matcher.document import Cuts, Limits
from matcher.document import Document as Given
from matcher.readers import read_document

LOCAL = st.from_regex(r"[a-z][a-z0-9._-]{1,20}[a-z0-9]", fullmatch=True).filter(lambda text: ".." not in text)


def hidden(address: str, key: int) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


@given(local=LOCAL, key=st.integers(0, 255))
def test_a_protected_address_is_read(local: str, key: int) -> None:
    address = f"{local}@carrier.example"
    for page in (
        f"<html><p>架空 <a data-cfemail='{hidden(address, key)}'>[email&#160;protected]</a></p></html>",
        f"<html><p>架空 <a href='/cdn-cgi/l/email-protection#{hidden(address, key)}'>write</a></p></html>",
    ):
        passages = list(read_document(Given("page.html", page.encode()), Limits(), Cuts()))
        assert any(address in str(passage) for _, passage in passages)


@given(local=LOCAL)
def test_an_escaped_address_is_found(local: str) -> None:
    found = [one.canonical for one in Email().find(f"login user={local}%40carrier.example failed")]
    assert any(one.endswith("@carrier.example") and local.endswith(one.split("@")[0]) for one in found)


def test_a_reading_beside_a_name_is_no_part_of_it() -> None:
    kind = Name()
    for text in ("架空《カクウ》　一郎《イチロウ》", "｜架空《かくう》 一郎《いちろう》", "架空 一郎"):
        assert kind.canonical(text) == "架空一郎"

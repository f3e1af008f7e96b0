"""A login form as a browser would send it: found on its page, filled in, with what it hides kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus, urljoin

from parsel import Selector

from core.encodings.decoder import to_text
from core.markup import has_heavy_tag
from crawler.access.placeholders import placeholder

if TYPE_CHECKING:
    from crawler.access.options import LoginOptions

_FIELDS: Final = ".//input[@name] | .//button[@name] | .//select[@name] | .//textarea[@name]"
_WRITTEN: Final = frozenset({"", "text", "email", "tel", "search"})
_PRESSED: Final = frozenset({"submit", "image", "button", "reset"})


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What is sent: where, how, and the fields as they go into a body."""

    address: str
    method: str
    body: bytes


def has_password_form(text: str) -> bool:
    """Whether a page asks for a password."""
    return "password" in text.lower() and not has_heavy_tag(text) and bool(_forms(text))


def fill_form(content: bytes, charset: str, address: str, options: LoginOptions) -> FilledForm | None:
    """The login form of a page, filled in; None when there is none with a place for a name and a password."""
    text = to_text(content, charset)
    if has_heavy_tag(text):
        return None
    for form in _forms(text):
        fields = _fields(form)
        password = options.password_field or next((name for name, kind, _ in fields if kind == "password"), "")
        user = options.user_field or _before(fields, password)
        if not password or not user:
            continue
        given = {user: options.user, **options.fields}
        sent = {name: value for name, kind, value in fields if kind not in _PRESSED and name != password} | given
        pressed = next(((name, value) for name, kind, value in fields if kind == "submit"), None)
        pairs = [*sent.items(), *([pressed] if pressed and pressed[0] not in sent else [])]
        parts = [f"{_quoted(name, charset)}={_quoted(value, charset)}" for name, value in pairs]
        parts.append(f"{_quoted(password, charset)}={quote_plus(placeholder(options.secret))}")
        method = (form.attrib.get("method") or "get").upper()
        return FilledForm(urljoin(address, form.attrib.get("action") or address), method, "&".join(parts).encode())
    return None


def _forms(text: str) -> list[Selector]:
    found = Selector(text=text or " ").xpath("//form[.//input[translate(@type, 'PASWORD', 'pasword') = 'password']]")
    return list(found)


def _fields(form: Selector) -> list[tuple[str, str, str]]:
    """Name, type and value of what a browser would send, in order."""
    fields = []
    for field in form.xpath(_FIELDS):
        tag, kind = field.root.tag, field.attrib.get("type", "").lower()
        if tag == "button":
            kind = kind or "submit"
        value = field.attrib.get("value", "")
        if tag == "select":
            options = field.xpath(".//option[@selected]/@value") or field.xpath(".//option/@value")
            value = options.get("")
        elif tag == "textarea":
            value = field.xpath("string()").get("")
        elif kind in {"checkbox", "radio"}:
            if "checked" not in field.attrib:
                continue
            value = value or "on"
        fields.append((field.attrib["name"], kind, value))
    return fields


def _before(fields: list[tuple[str, str, str]], password: str) -> str:
    """The field for the name: the last one to write in before the password, else the first."""
    names = [name for name, _, _ in fields]
    place = names.index(password) if password in names else len(names)
    written = [(at, name) for at, (name, kind, _) in enumerate(fields) if kind in _WRITTEN]
    before = [name for at, name in written if at < place]
    return before[-1] if before else written[0][1] if written else ""


def _quoted(text: str, charset: str) -> str:
    """In the encoding of the page, as browsers send forms."""
    try:
        return quote_plus(text, encoding=charset or "utf-8", errors="xmlcharrefreplace")
    except LookupError:
        return quote_plus(text)

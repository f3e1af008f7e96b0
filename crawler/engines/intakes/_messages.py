"""A mail taken apart: what somebody wrote, when and about what, and every file that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, cast

from parsel import Selector

from core.encodings.decoder import to_text
from core.markup import has_heavy_tag
from crawler.pages.dates import Posted
from crawler.pages.selectors import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import EmailMessage

MOST_PARTS: Final = 200
"""A mail of more parts is made to keep somebody busy; the rest stays in the whole mail, which is archived."""
LONGEST_WORD: Final = 500


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a mail; ``number`` is its place among the parts, counted from 1."""

    number: int
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailRead:
    """A mail as its reader sees it."""

    subject: str
    sender: str
    posted: Posted | None
    text: str
    attachments: tuple[Attachment, ...]


def read_message(content: bytes) -> MailRead:
    """Take a mail apart.

    Raises:
        ValueError: It cannot be, nested deeper than anybody would.
    """
    try:
        mail = BytesParser(policy=policy.default.clone(max_line_length=0)).parsebytes(content)
        parts = list(_parts(mail))
    except (RecursionError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"a mail that cannot be read: {type(error).__name__}") from None
    texts = [part for part in parts if isinstance(part, str)]
    attachments = tuple(part for part in parts if isinstance(part, Attachment))
    return MailRead(
        _word(mail, "Subject"),
        _word(mail, "From"),
        _posted(mail),
        "\n\n".join(texts).replace("\r\n", "\n"),
        attachments,
    )


def _parts(message: EmailMessage) -> Iterator[str | Attachment]:
    """Its texts (of two versions of one, the plain one) and its files, in order."""
    waiting: list[EmailMessage] = [message]
    number = 0
    while waiting and number < MOST_PARTS:
        part = waiting.pop(0)
        number += 1
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            waiting = [*_versions(part), *waiting]
        elif part.is_multipart() and kind != "message/rfc822":
            waiting = [*_children(part), *waiting]
        elif part.get_filename() or part.get_content_maintype() != "text":
            yield Attachment(number, _file_name(part, number), kind, _bytes(part))
        else:
            yield _text(part, kind)


def _versions(part: EmailMessage) -> list[EmailMessage]:
    """Of several versions of one text the plain one, else the last, which is the richest; files of the others too."""
    children = _children(part)
    plain = [child for child in children if child.get_content_type() == "text/plain" and not child.get_filename()]
    texts = [child for child in children if child.get_content_maintype() == "text" and not child.get_filename()]
    chosen = plain[:1] or texts[-1:]
    return [child for child in children if child in chosen or child not in texts]


def _children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    return [cast("EmailMessage", child) for child in payload] if isinstance(payload, list) else []


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"\n".join(child.as_bytes() for child in _children(part))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: EmailMessage, kind: str) -> str:
    text = to_text(_bytes(part), str(part.get_content_charset() or ""))
    if kind == "text/html" and not has_heavy_tag(text):
        return text_of(Selector(text=text or " "))
    return text


def _file_name(part: EmailMessage, number: int) -> str:
    given = str(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    return " ".join(given.split())[:LONGEST_WORD] or f"part {number}"


def _word(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ""  # a header that the library cannot stand; the whole mail is archived with it
    return " ".join(value.encode("utf-8", "replace").decode().split())[:LONGEST_WORD]


def _posted(message: EmailMessage) -> Posted | None:
    written = _word(message, "Date")
    if not written:
        return None
    try:
        at: datetime | None = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        at = None
    return Posted(at if at and at.tzinfo else None, written)

"""E-mail (RFC 5322, MIME) and mailboxes of it: headers and text, attachments as documents of their own."""

from __future__ import annotations

import email
import email.errors
import email.policy
import io
import re
from email.header import decode_header
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.encodings.decoder import decode, detect
from matcher.readers._bounds import member
from matcher.readers.interface import NotThisFormatError, Passage, Prose, Readable, Reader, ReaderExample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

_HEADER = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|received|return-path|delivered-to|mime-version|content-type|reply-to|"
    rb"x-[a-z-]{1,40}): ?\S",
    re.IGNORECASE | re.MULTILINE,
)
_MAILBOX = re.compile(rb"^From \S{1,200} [^\n]{0,100}\n", re.MULTILINE)
_SHOWN = ("From", "To", "Cc", "Reply-To", "Subject", "Date")
FEWEST_HEADERS, FEWEST_IN_A_BOX = 3, 2
_TEXT_TYPES = ("text/plain", "text/html")


class MailReader(Reader):
    """A message or a mailbox."""

    name = "mail"
    encloses = True
    examples: ClassVar = (
        ReaderExample(
            b"From: =?utf-8?B?5p6256m6?= <a@b.example>\nTo: c@d.example\nSubject: list\nMIME-Version: 1.0\n"
            b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
            b"5p6256m6IDA5MC0wMDEyLTM0MDA=\n",
            ("架空 <a@b.example>", "架空 090-0012-3400"),
        ),
        ReaderExample(b"From: a\nto nobody: in particular\n", ()),
    )

    def recognises(self, source: Readable) -> float:
        """By the headers of its first paragraph."""
        head = source.head.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")[0]
        in_a_box = _MAILBOX.match(head)
        if not (in_a_box or _HEADER.match(head)):
            return 0.0
        names = {found.group().split(b":")[0].lower() for found in _HEADER.finditer(head)}
        enough = len(names) >= (FEWEST_IN_A_BOX if in_a_box else FEWEST_HEADERS)
        return 0.99 if enough and {b"from", b"to", b"subject"} & names else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Headers and texts in order, attachments as sources."""
        content = source.whole_bytes()
        if content is None:
            source.note(f"longer than {source.limits.whole_bytes} bytes: read as plain text", harmless=True)
            raise NotThisFormatError
        starts = [found.start() for found in _MAILBOX.finditer(content)] or [0]
        for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
            message = _parse(content[start:end])
            if message is None:
                source.note("a message that is nested too deeply was not read")
                continue
            yield Prose("\n".join(f"{name}: {_header(message, name)}" for name in _SHOWN if message[name]))
            for passage in _parts(message, source):
                if passage is None:
                    return
                yield passage


def _parse(content: bytes) -> Message | None:
    try:
        return email.message_from_bytes(content.lstrip(b"\r\n"), policy=email.policy.compat32)
    except (RecursionError, email.errors.MessageError, ValueError, LookupError):
        return None


def _header(message: Message, name: str) -> str:
    raw = message.get_all(name) or []
    try:
        pieces = [piece for value in raw for piece in decode_header(str(value))]
    except (email.errors.MessageError, ValueError):
        return " ".join(map(str, raw))
    return "".join(
        piece if isinstance(piece, str) else decode(piece, detect(piece, _charset(said))) for piece, said in pieces
    )


def _charset(said: str | None) -> str | None:
    return None if said in {None, "unknown-8bit"} else said


def _parts(message: Message, source: Readable) -> Iterator[Passage | None]:
    """The leaves of a message, without recursion; None at the end where a bound says stop."""
    stack = [message]
    number = 0
    while stack:
        part = stack.pop()
        inner = part.get_payload()
        if part.is_multipart() and isinstance(inner, list):
            stack += [item for item in reversed(inner) if not isinstance(item, str)]
            continue
        number += 1
        try:
            content = part.get_payload(decode=True)
        except (ValueError, LookupError):
            content = None
        if not isinstance(content, bytes) or not content.strip():
            continue
        name = _file_name(part) or f"part-{number}"
        opened = member(source, name, partial(io.BytesIO, content), len(content))
        yield opened
        if opened is None:
            return


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return ""

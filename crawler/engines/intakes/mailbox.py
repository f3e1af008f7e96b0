"""A mailbox that notices, lists and files are sent to: IMAP over TLS (RFC 9051; 3501 will do), read and never changed.

The source's address is ``imaps://USER@HOST/FOLDER``, its password a secret. A mail is known by UIDVALIDITY and UID; its
text is one document, each attachment another, and the whole mail is archived beside them.
"""

from __future__ import annotations

import base64
import imaplib
import json
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

from pydantic import Field

from crawler.access.secrets import NAME
from crawler.engines._intake import LIST_TYPE, Door, Got, Intake, IntakeError, Rooms
from crawler.engines.intakes._messages import MailRead, read_message
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, KeepPost, Listed, Mark, Miss, Page, Seen, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIL, ATTACHMENT, LISTED = "mail", "attachment", "listed"
MAIL_TYPE: Final = "message/rfc822"
TLS_PORT: Final = 993
_FETCHED: Final = re.compile(rb"UID (\d+)")
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxOptions(EngineOptions):
    """Options of `mailbox`."""

    password: str = Field(default="", pattern=rf"^({NAME.pattern})?$", description="name of the secret")
    authority: str = Field(default="", description="file with the certificate of your own authority, in PEM")
    newest: int = Field(default=1000, gt=0, description="the first sweep begins with so many mails")


class Mailbox(Intake):
    """A folder of mails → each mail → its attachments."""

    name = "mailbox"
    Options = MailboxOptions
    schemes = ("imaps",)
    address_example = "imaps://watch@mail.example/INBOX"
    examples: ClassVar = {"right": {"password": "mail-a"}, "wrong": {"newest": 0}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, MailboxOptions):
            raise TypeError(f"expected MailboxOptions, got {type(options).__name__}")
        self.options = options
        self._server: imaplib.IMAP4_SSL | None = None
        self._validity = ""
        self._limit = 0
        self._last: tuple[str, MailRead] | None = None

    @classmethod
    def rooms(cls, address: str, options: EngineOptions, folder: Path) -> Rooms:
        """It goes out, and reads the authority's certificate."""
        del address, folder
        authority = getattr(options, "authority", "")
        return Rooms(network=True, reads=(Path(authority),) if authority else ())

    def open(self, door: Door) -> None:
        """Sign in, and open the folder for reading."""
        parts = urlsplit(self.address)
        self._limit = door.limit_bytes
        password = door.secrets.get(self.options.password)
        if password is None or not parts.username:
            raise IntakeError("expected a user in the address and the name of a secret as password", Miss.REFUSED)
        try:
            context = ssl.create_default_context(cafile=self.options.authority or None)
            self._server = imaplib.IMAP4_SSL(
                parts.hostname or "", parts.port or TLS_PORT, ssl_context=context, timeout=door.timeout_s
            )
        except ssl.SSLError as error:
            raise IntakeError(f"no safe connection: {(error.reason or 'TLS').replace('_', ' ').lower()}") from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise IntakeError(f"the mail server cannot be reached: {type(error).__name__}") from None
        said = f"\0{unquote(parts.username)}\0{password}".encode()  # RFC 4616: LOGIN knows ASCII alone
        self._ask("the mail server does not take user and password", "authenticate", "PLAIN", lambda _: said)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        self._ask(
            "the folder of the mailbox cannot be opened", "select", _quoted(_modified_utf7(folder)), readonly=True
        )
        self._validity = _number(self._server.response("UIDVALIDITY")[1])

    def start(self) -> Iterator[Fetch]:
        """What is in the folder since the last list, or all of it."""
        marked = self.seen.marks([LISTED]).get(LISTED)
        yield Fetch(self.address, notes={"since": marked.value if marked and not self.deep else ""})

    def get(self, fetch: Fetch) -> Got:
        """The list as JSON, a mail, or an attachment."""
        if not fetch.key:
            return Got(json.dumps(self._list(fetch.notes["since"])).encode(), LIST_TYPE)
        if fetch.notes["validity"] != self._validity:
            raise IntakeError("the mailbox was made anew: its mails have other numbers", Miss.GONE)
        if fetch.step == ATTACHMENT:
            return self._attachment(fetch)
        content, size = self._mail(fetch.notes["uid"])
        return Got(content, MAIL_TYPE, truncated="length" if size > len(content) else "")

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Entries, a mail, or an attachment."""
        if fetch.step == ATTACHMENT:
            yield KeepPage(title=fetch.notes["name"], author=fetch.notes["from"])
            yield Mark(fetch.key, fetch.value)
        elif fetch.key:
            yield from self._read_mail(fetch, page)
        else:
            yield from self._read_list(page)

    def close(self) -> None:
        """Sign out."""
        if self._server:
            try:
                self._server.logout()
            except (OSError, imaplib.IMAP4.error):
                self._server.shutdown()

    def _read_list(self, page: Page) -> Iterator[Step]:
        listed = json.loads(page.content)
        entries = [self._entry(listed["validity"], uid) for uid in listed["uids"]]
        yield Listed(len(entries))
        known = self.seen.marks([entry.key for entry in entries])
        yield from (entry for entry in entries if entry.key not in known or not known[entry.key].value)
        yield Mark(LISTED, f"{listed['validity']}/{listed['last']}")

    def _entry(self, validity: str, uid: str) -> Fetch:
        address = f"{self.address};UIDVALIDITY={validity}/;UID={uid}"  # RFC 5092
        return Fetch(address, MAIL, f"mail:{validity}/{uid}", "read", {"validity": validity, "uid": uid})

    def _read_mail(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        try:
            message = read_message(page.content)
        except ValueError:
            yield KeepPage()  # nobody's mail program would show it; what reads it later may
            yield Mark(fetch.key, fetch.value)
            return
        self._last = (fetch.key, message)
        about = {"title": message.subject, "author": message.sender, "posted": message.posted}
        if message.text.strip() or not message.attachments:
            text = message.text if message.text.strip() else message.subject
            yield KeepPost(fetch.address, text or "(empty)", id="text", **about)  # type: ignore[arg-type]  # by name
        for one in message.attachments:
            notes = {**fetch.notes, "number": str(one.number), "name": one.name, "from": message.sender}
            address, key = f"{fetch.address}/;SECTION={one.number}", f"{fetch.key}/{one.number}"
            yield Fetch(address, ATTACHMENT, key, "read", notes, ahead=True)
        yield Mark(fetch.key, fetch.value)

    def _attachment(self, fetch: Fetch) -> Got:
        mail = fetch.key.rpartition("/")[0]
        if self._last is None or self._last[0] != mail:
            self._last = (mail, read_message(self._mail(fetch.notes["uid"])[0]))
        for one in self._last[1].attachments:
            if str(one.number) == fetch.notes["number"]:
                return Got(one.content, one.media_type)
        raise IntakeError("the attachment is not there", Miss.GONE)

    def _list(self, since: str) -> dict[str, Any]:
        """UIDs above the last one listed; of a folder that is new to us the newest ones."""
        validity, _, last = since.partition("/")
        is_known = validity == self._validity and last.isdecimal()
        wanted = f"{int(last) + 1}:*" if is_known else "1:*"
        (found,) = self._ask("the mailbox cannot be listed", "uid", "SEARCH", None, "UID", wanted)
        uids = sorted({int(uid) for uid in (found or b"").split() if uid.isdigit()})
        # `*` is the last mail, however low its number.
        uids = [uid for uid in uids if uid > int(last)] if is_known else uids[-self.options.newest :]
        newest = max(uids, default=int(last) if is_known else 0)
        return {"validity": self._validity, "uids": [str(uid) for uid in uids], "last": newest}

    def _mail(self, uid: str) -> tuple[bytes, int]:
        """A mail, as far as a document may be long, and how long it is."""
        answer = self._ask("a mail cannot be read", "uid", "FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{self._limit}>)")
        for part in answer:
            if isinstance(part, tuple) and (found := _FETCHED.search(part[0])) and found[1] == uid.encode():
                size = _SIZE.search(part[0])
                return part[1], int(size[1]) if size else len(part[1])
        raise IntakeError("the mail is not in its folder any more", Miss.GONE)

    def _ask(self, failure: str, command: str, *arguments: Any, **more: Any) -> list[Any]:
        """An answer of the server; its own words stay out of what is said, since they may hold anything."""
        try:
            status, answer = getattr(self._server, command)(*arguments, **more)
        except (OSError, imaplib.IMAP4.error) as error:
            is_refusal = type(error) is imaplib.IMAP4.error
            raise IntakeError(failure, Miss.REFUSED if is_refusal else Miss.BUSY) from None
        if status != "OK":
            raise IntakeError(failure, Miss.REFUSED)
        return list(answer)


def _quoted(text: str) -> str:
    """As a quoted string (RFC 9051, 4.3)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(answer: list[Any]) -> str:
    return (answer[0] or b"").decode("ascii", "replace") if answer else ""


def _modified_utf7(name: str) -> str:
    """The name of a folder as servers know it (RFC 3501, 5.1.3)."""
    pieces = re.findall(r"[ -~]+|[^ -~]+", name)
    return "".join(piece.replace("&", "&-") if piece.isascii() else "&" + _base64(piece) + "-" for piece in pieces)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")

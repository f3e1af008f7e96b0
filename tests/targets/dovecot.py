"""A real mail server, Dovecot, with one mailbox, in a child process."""

from __future__ import annotations

import imaplib
import os
import pwd
import ssl
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.ports import free_port
from tests.targets.calm import write_certificate
from tests.targets.environments import running
from tests.targets.socks import program

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "watch@carrier.example", "pass word+&é1"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain
first_valid_uid = 0
default_internal_user = {internal}
default_login_user = {login}
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True)
class MailServer:
    """A running server."""

    port: int
    certificate: Path
    log: Path

    def url(self, folder: str = "INBOX") -> str:
        """The address of a folder."""
        return f"imaps://{USER.replace('@', '%40')}@127.0.0.1:{self.port}/{folder}"

    def append(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, as a mail program would."""
        with self._client() as client:
            if folder != "INBOX":
                client.create(folder)
            for mail in mails:
                status, said = client.append(folder, "", imaplib.Time2Internaldate(time.time()), mail)
                assert status == "OK", said

    def flags(self) -> list[bytes]:
        """The flags of the mails of INBOX: whoever reads them leaves a sign."""
        with self._client() as client:
            client.select(readonly=True)
            return [part for part in client.fetch("1:*", "(FLAGS)")[1] if isinstance(part, bytes)]

    def make_anew(self) -> None:
        """Delete and make a folder again: its mails get other numbers."""
        with self._client() as client:
            client.delete("lists")
            client.create("lists")

    def _client(self) -> imaplib.IMAP4_SSL:
        context = ssl.create_default_context(cafile=str(self.certificate))
        client = imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return client


@contextmanager
def dovecot() -> Iterator[MailServer]:
    """Start it on a free port."""
    server = program("dovecot", "dovecot-imapd")
    with tempfile.TemporaryDirectory(prefix="mail-") as folder:  # its sockets want a short path
        yield from _dovecot(server, Path(folder))


def _dovecot(server: str, place: Path) -> Iterator[MailServer]:
    port = free_port()
    certificate = write_certificate(place / "certificate.pem", of="127.0.0.1")
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    names = ("dovecot", "dovenull") if os.geteuid() == 0 else (user.pw_name, user.pw_name)
    text = CONFIGURATION.format(
        folder=place, certificate=certificate, internal=names[0], login=names[1], uid=user.pw_uid, gid=user.pw_gid,
        port=port,
    )  # fmt: skip
    for name in ("mail", "home"):
        (place / name).mkdir()
        os.chown(place / name, user.pw_uid, user.pw_gid)
    place.chmod(0o711)  # its processes are of another user
    users = place / "users"
    users.write_text(f"{USER}:{PASSWORD}::::::\n", encoding="utf-8")
    users.chmod(0o644)
    file = place / "dovecot.conf"
    file.write_text(text, encoding="utf-8")
    subprocess.run([server, "-c", str(file), "-n"], check=True, capture_output=True)
    with running([server, "-c", str(file), "-F"], port, place / "out.log", cwd=place):
        yield MailServer(port, certificate, place / "dovecot.log")

"""A time-stamp authority on loopback: answers queries over HTTP with what `openssl ts` makes of them.

Run as a script: timestamp_server.py PORT FOLDER. The folder holds what `make_authority` put there. Each query is
answered by OpenSSL itself, so that nothing of ours says what a right answer is.
"""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

CONFIG = """\
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = authority
[authority]
dir = .
serial = serial
crypto_device = builtin
signer_cert = leaf.pem
signer_key = leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
SUBJECT = "/CN=Made-up "


def openssl(folder: Path, *arguments: str) -> None:
    """Run it quietly in the folder."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> Path:
    """A root and a signing certificate under it; the root's file."""
    folder.mkdir()
    (folder / "config").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    new = ("req", "-config", "config", "-newkey", "rsa:2048", "-nodes")
    days = ("-days", "30")
    root = ("-keyout", "root.key", "-out", "root.pem", "-subj", f"{SUBJECT}root", "-extensions", "ca")
    openssl(folder, *new, "-x509", *days, *root)
    openssl(folder, *new, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", f"{SUBJECT}authority")
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "config", "-extensions", "leaf")
    openssl(folder, "x509", "-req", "-in", "leaf.csr", "-out", "leaf.pem", *days, *signed)
    return folder / "root.pem"


class Handler(BaseHTTPRequestHandler):
    """One query, one answer; a path of /broken fails."""

    folder: Path

    def do_POST(self) -> None:
        """Answer a query."""
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/broken":
            self.send_error(500)
            return
        (self.folder / "query").write_bytes(query)
        answer = ("ts", "-reply", "-config", "config", "-section", "authority", "-queryfile", "query", "-out", "answer")
        openssl(self.folder, *answer)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write((self.folder / "answer").read_bytes())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Handler.folder = Path(sys.argv[2])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

"""The server that answers well, in a child process; and certificates that do not hold."""

from __future__ import annotations

import socket
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.targets.environments import RequestLog, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).with_name("calm_server.py")


@dataclass(frozen=True)
class Calm:
    """Its address, and when it was asked."""

    url: str
    port: int
    file: Path
    log: RequestLog

    def asked(self) -> list[tuple[float, str]]:
        """When it was asked for which path, in order."""
        lines = [line.split() for line in self.file.read_text(encoding="utf-8").splitlines()]
        return [(float(line[0]), line[2]) for line in lines if len(line) == 4]


@contextmanager
def calm_server(folder: Path, *, host: str = "127.0.0.1", certificate: Path | None = None) -> Iterator[Calm]:
    """Start it on a free port of that address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-u", str(SCRIPT), host, str(port), *([str(certificate)] if certificate else [])]
    scheme, shown = "https" if certificate else "http", f"[{host}]" if ":" in host else host
    log = folder / f"calm-{port}.log"
    with running(command, port, log, cwd=folder, host=host):
        yield Calm(f"{scheme}://{shown}:{port}", port, log, RequestLog(log))


def write_certificate(file: Path, *, of: str) -> Path:
    """A certificate that no authority signed, of a name or an address, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    owner = x509.IPAddress(ip_address(of)) if of[0].isdigit() else x509.DNSName(of)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = datetime.now(UTC)
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    signed = builder.add_extension(x509.SubjectAlternativeName([owner]), critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return file

"""Over ``tls://`` only processes with a certificate of the authority take part, and nothing goes unencrypted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from cli.main import run
from cluster.errors import ClusterError
from cluster.security import security_of
from core.settings import load_settings
from tests.cluster.processes import copied_home

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings
    from tests.cluster.processes import Processes

LEAK = 10


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority.example")])
        (folder / "ca.pem").write_bytes(self._signed(self._name, self._key, is_authority=True))
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "machine.example")])
        (folder / "machine.pem").write_bytes(self._signed(name, key, is_authority=False))
        private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "machine.key").write_bytes(key.private_bytes(*private))
        (folder / "machine.key").chmod(0o600)

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool) -> bytes:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        made = made.not_valid_after(now + timedelta(days=1))
        made = made.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        return made.sign(self._key, SHA256()).public_bytes(serialization.Encoding.PEM)

    def variables(self) -> dict[str, str]:
        """What tells a command of its files."""
        files = {"CA_FILE": "ca.pem", "CERTIFICATE_FILE": "machine.pem", "KEY_FILE": "machine.key"}
        return {f"HINOMI_CLUSTER__{name}": str(self.folder / file) for name, file in files.items()}

    def options(self) -> list[str]:
        """What tells a scheduler of them."""
        files = {"--tls-ca-file": "ca.pem", "--tls-cert": "machine.pem", "--tls-key": "machine.key"}
        return [part for option, file in files.items() for part in (option, str(self.folder / file))]


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_documents_are_judged_over_tls_and_nobody_joins_without_a_certificate(
    processes: Processes, settings: Settings, dump: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["--home", str(settings.home), "scan", str(dump), "--json"]) == LEAK
    alone = capsysbinary.readouterr().out
    processes.address = processes.address.replace("tcp://", "tls://")
    ours, strange = Authority(tmp_path / "ours"), Authority(tmp_path / "strange")
    processes.scheduler(*ours.options())
    processes.worker(copied_home(settings.home, tmp_path / "w0"), **ours.variables())
    processes.command(copied_home(settings.home, tmp_path / "w1"), "worker", **strange.variables())
    scan = processes.scan(settings.home, dump, **ours.variables())
    assert scan.wait(240) == LEAK, processes.log("scan")
    assert processes.said() == alone
    assert "working for" not in processes.log("worker"), "the outsider has joined"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_private_key_that_others_may_read_is_refused(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    ours = Authority(tmp_path / "ours")
    for name, value in ours.variables().items():
        monkeypatch.setenv(name, value)
    assert security_of(load_settings(settings.home)).require_encryption
    (ours.folder / "machine.key").chmod(mode)
    with pytest.raises(ClusterError, match=r"machine\.key"):
        security_of(load_settings(settings.home))

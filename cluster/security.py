"""How the engine's processes know each other: certificates of one authority on every side, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cluster.errors import ClusterError

if TYPE_CHECKING:
    from distributed.security import Security

    from core.settings import Settings

_NOT_OWNER: Final = 0o077
"""Of a private key nobody but its owner may read."""


def security_of(settings: Settings) -> Security:
    """What ``distributed`` connects with.

    Raises:
        ClusterError: A file of the settings is not there, or others than its owner may read the private key.
    """
    from distributed.security import Security

    cluster = settings.cluster
    if not cluster.ca_file:
        return Security()  # type: ignore[no-untyped-call]
    ca, certificate, key = (
        settings.home / name for name in (cluster.ca_file, cluster.certificate_file, cluster.key_file)
    )
    for file in (ca, certificate, key):
        if not file.is_file() or (file == key and file.stat().st_mode & _NOT_OWNER):
            raise ClusterError("certificate", file=file)
    sides = {
        f"tls_{side}_{what}": str(file)
        for side in ("client", "worker", "scheduler")
        for what, file in (("cert", certificate), ("key", key))
    }
    return Security(tls_ca_file=str(ca), require_encryption=True, **sides)  # type: ignore[no-untyped-call]

"""Which release this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """The release of this program, as it was installed."""
    try:
        return version("hinomi")
    except PackageNotFoundError:
        return "unknown"

"""Where the web pages are served just now: a service on another port than the settings say leaves word in its home."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.files import write_safely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings import Settings

FILE: Final = "web-address"


@contextmanager
def serving_at(settings: Settings) -> Iterator[None]:
    """While it is served, what sends links from other processes can know where they lead."""
    file = settings.home / FILE
    write_safely(file, settings.web_url.encode() + b"\n")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def served_url(settings: Settings) -> str:
    """The address that links begin with: the public one, else where it is served just now, else as the settings say."""
    file = settings.home / FILE
    if settings.web.public_url or not file.is_file():
        return settings.web_url
    return file.read_text(encoding="utf-8").strip() or settings.web_url

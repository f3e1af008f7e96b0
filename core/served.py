"""Where the web pages are served just now: a service on another port than the settings say leaves word in its home."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.files import write_safely

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.settings import Settings

FILE: Final = "web-address"


@contextmanager
def serving_at(settings: Settings) -> Iterator[None]:
    """While it is served, what sends links from other processes can know where they lead."""
    file = settings.home / FILE
    write_safely(file, settings.web_url.encode() + b"\n")
    with file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def is_served(home: Path) -> bool:
    """Whether pages of this home are served on this machine just now: what a killed service left says nothing."""
    try:
        with (home / FILE).open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def served_url(settings: Settings) -> str:
    """The address that links begin with: the public one, else where it is served just now, else as the settings say."""
    file = settings.home / FILE
    if settings.web.public_url or not file.is_file():
        return settings.web_url
    return file.read_text(encoding="utf-8").strip() or settings.web_url

"""Wrong passwords slow down, account by account: after a few, the next is not looked at for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from people.models import Account

FREE: Final = 5
FIRST: Final = timedelta(seconds=2)
LONGEST: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(hours=1)
"""Nobody is locked out by a stranger's guesses for longer than a while; a link opens all the same."""


def wait_s(account: Account, now: datetime) -> int:
    """Seconds until the next try is looked at; 0 for at once."""
    if account.wrong_at is None or account.wrong < FREE:
        return 0
    pause: timedelta = min(FIRST * (1 << min(account.wrong - FREE, 10)), LONGEST)
    left: timedelta = account.wrong_at + pause - now
    return max(0, -(-left // timedelta(seconds=1)))


def note_wrong(account: Account, now: datetime) -> int:
    """Count a wrong one; gives how many there were of late."""
    if account.wrong_at is not None and now - account.wrong_at >= FORGOTTEN:
        account.wrong = 0
    account.wrong, account.wrong_at = account.wrong + 1, now
    return account.wrong


def note_right(account: Account) -> None:
    """The right one was shown."""
    account.wrong, account.wrong_at = 0, None

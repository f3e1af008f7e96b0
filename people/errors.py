"""The errors of people and their permissions; what is read of them stands in ``texts/``, in every language."""

from __future__ import annotations

from core.errors import SpokenError


class PeopleError(SpokenError):
    """Something about people cannot be done: the message names who, and what was asked."""

    exit_code = 2
    package = "people"


class NoAccountError(PeopleError):
    """There is no account of that name."""

    def __init__(self, login: str) -> None:
        super().__init__("no_account", login=login)


class NotAllowedError(PeopleError):
    """Whoever asks may not do that."""


class SignInError(PeopleError):
    """Somebody could not be signed in; what is said of it helps nobody who guesses.

    Attributes:
        seconds: How long until the next try is looked at; 0 for at once.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, **values)
        seconds = values.get("seconds", 0)
        self.seconds = seconds if isinstance(seconds, int) else 0


class SecondPersonError(PeopleError):
    """Somebody else has to approve first; the request waits, or can be made."""


class SavedSearchError(PeopleError):
    """A search cannot be kept like that."""

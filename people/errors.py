"""The errors of people and their permissions; what is read of them stands in ``texts/``, in every language."""

from __future__ import annotations

from core.errors import HinomiError
from core.texts import load_texts


class PeopleError(HinomiError):
    """Something about people cannot be done: the message names who, and what was asked."""

    exit_code = 2

    def __init__(self, key: str, **values: object) -> None:
        self._key = key
        self._values = values
        message, hint = self.said("en")
        super().__init__(message, hint=hint)

    def said(self, language: str) -> tuple[str, str]:
        """Message and hint in a language."""
        texts = load_texts("people", language)
        message, hint = f"error.{self._key}.text", f"error.{self._key}.hint"
        return texts(message, **self._values), texts(hint, **self._values) if hint in texts else ""


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

"""What can go wrong with keys, digests and the index.

::

    FingerprintError
    ├── KeyProblem            the master key cannot be used
    │   ├── MissingKeyError   there is none where the settings point to
    │   ├── UnsafeKeyError    others may read its file
    │   └── MalformedKeyError it is not what `hinomi init` wrote
    ├── NoIndexError          nothing was enrolled yet
    ├── WrongKeyError         the index was made under another key
    ├── DamagedIndexError     a file of the index is not as it was written
    ├── OtherVersionError     the index was written in a format this program does not read
    └── IndexBusyError        another process is writing the index
"""

from __future__ import annotations

from core.errors import HinomiError


class FingerprintError(HinomiError):
    """Keys, digests or index."""


class KeyProblem(FingerprintError):  # noqa: N818  # a branch, never raised itself
    """The master key cannot be used."""

    exit_code = 2


class MissingKeyError(KeyProblem):
    """There is no key where the settings point to."""


class UnsafeKeyError(KeyProblem):
    """The key's file can be read by others."""


class MalformedKeyError(KeyProblem):
    """The key is not in the form that `hinomi init` writes, or a character of it is wrong."""


class NoIndexError(FingerprintError):
    """Nothing was enrolled yet."""

    exit_code = 2


class WrongKeyError(FingerprintError):
    """The index was made under another key.

    Attributes:
        got: Id of the key in hand.
        expected: Id of the key the index was made under.
    """

    exit_code = 2

    def __init__(self, got: str, expected: str) -> None:
        super().__init__(
            f"the index was made under key {expected}, but the key in hand is {got}",
            hint="Point [key] in hinomi.toml to the key the customers were enrolled with, or enrol them again.",
        )
        self.got = got
        self.expected = expected


class DamagedIndexError(FingerprintError):
    """A file of the index is not as it was written.

    Attributes:
        file: The file's path.
        what: What is wrong with it.
    """

    exit_code = 3

    def __init__(self, file: str, what: str) -> None:
        super().__init__(
            f"the index file {file} is damaged: {what}",
            hint="Restore the index folder from a backup, or enrol the extracts again.",
        )
        self.file = file
        self.what = what


class OtherVersionError(FingerprintError):
    """The index was written in a format this program does not read."""

    exit_code = 3

    def __init__(self, what: str, got: object, expected: object) -> None:
        super().__init__(
            f"{what} has format version {got}, this program reads {expected}",
            hint="Use the program version that wrote it, or enrol the extracts again.",
        )


class IndexBusyError(FingerprintError):
    """Another process is writing the index."""

    exit_code = 3

"""The root of every error that Hinomi raises on purpose.

Each package has one branch, defined in its own ``errors`` module or beside the code that raises it::

    HinomiError
    ├── SettingsError        core: hinomi.toml or the environment says something that cannot be
    ├── DatabaseError        core: the database cannot be reached, is too old or too new
    ├── PluginError          core: a plugin file breaks the contract of its folder
    ├── FingerprintError     fingerprints: keys, digests, index
    ├── CustodyError         custody: extracts, processors, enrolment
    ├── ArchiveError         archive: WARC files and document rows
    ├── CrawlError           crawler: sources and sweeps
    ├── ReaderError          matcher: a document that cannot be read at all
    ├── TrailError           trails: imports and stores
    ├── LogError             incidents/transparency: the log cannot be signed, proved or read
    ├── IncidentError        incidents: a change that the state table forbids
    └── AlertError           alerts: a message that cannot be built or delivered
"""

from __future__ import annotations


class HinomiError(Exception):
    """An error that a person can act on: ``str(error)`` says what and where, ``hint`` says what to do.

    Messages show the value that failed and what was expected, but never a customer's value.

    Attributes:
        hint: One sentence for the person at the keyboard; empty when the message says it all.
        exit_code: What the command line exits with: 1 failed, 2 wrong use, 3 something outside failed.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(HinomiError):
    """The person asked for something that does not exist or cannot be meant."""

    exit_code = 2


class OutsideError(HinomiError):
    """Something that is not ours failed: a file that cannot be read, a server, a disk."""

    exit_code = 3

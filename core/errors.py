"""The root of every error that Hinomi raises on purpose.

Each package has one branch, defined in its own ``errors`` module or beside the code that raises it::

    HinomiError
    ├── SettingsError        core: hinomi.toml or the environment says something that cannot be
    ├── DatabaseError        core: the database cannot be reached, is too old or too new
    ├── QueryError           core/query: a search that cannot be meant
    ├── PluginError          core: a plugin file breaks the contract of its folder
    ├── FingerprintError     fingerprints: keys, digests, index
    ├── CustodyError         custody: extracts, processors, enrolment
    ├── ArchiveError         archive: WARC files and document rows
    ├── CrawlError           crawler: sources and sweeps
    ├── ReaderError          matcher: a document that cannot be read at all
    ├── JudgingError         judging: a document that could not be judged
    ├── TrailError           trails: imports and stores
    ├── WorkerError          core/processes: a worker process ended, or failed, before its answer
    ├── LogError             transparency: the log cannot be signed, proved or read
    ├── IncidentError        incidents: a change that the state table forbids
    └── AlertError           alerts: a message that cannot be built or delivered
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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

    def __reduce__(self) -> tuple[Callable[..., HinomiError], tuple[object, ...]]:
        """Errors come back from child processes: as they are, whatever their constructor asks for."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[HinomiError], args: tuple[object, ...], state: dict[str, object]) -> HinomiError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(HinomiError):
    """The person asked for something that does not exist or cannot be meant."""

    exit_code = 2


class OutsideError(HinomiError):
    """Something that is not ours failed: a file that cannot be read, a server, a disk."""

    exit_code = 3

"""The root of every error that Hinomi raises on purpose.

Each package has one branch, defined in its own ``errors`` module or beside the code that raises it::

    HinomiError
    ├── UsageError           core: somebody asked for what does not exist or cannot be meant
    ├── OutsideError         core: a file, a server, a disk failed
    │   ├── FullDiskError    core/files: no room is left
    │   └── UnreadableError  judging: the file of a document cannot be read
    ├── SpokenError          core: what pages, chats and commands tell, in every language
    │   ├── CommandError     cli: something that a command was given cannot be meant; a UsageError too
    │   ├── CommandFailedError  cli: something outside failed a command; an OutsideError too
    │   ├── SourceChangeError  crawler: a source cannot be added or switched; a SourcesError too
    │   ├── IncidentError    incidents: a change that the state table forbids
    │   ├── ExportError      exports: an export that cannot be meant; a UsageError too
    │   ├── ExportFailedError  exports: something outside failed an export; an OutsideError too
    │   ├── ReportError      reports: a report cannot be written, approved or filed so
    │   ├── BackupError      upkeep: a backup, restore or upgrade that cannot be meant; a UsageError too
    │   ├── BackupFailedError  upkeep: a backup is damaged, or could not be taken; an OutsideError too
    │   ├── BodyRefusedError  judging: a document's body cannot be purged, held, or let go
    │   ├── ClusterError     cluster: a scheduler, its workers, or what they were set up with
    │   └── PeopleError      people: accounts, roles, sign-in, second persons
    ├── SettingsError        core: hinomi.toml or the environment says something that cannot be
    ├── TelemetryError       core/telemetry: spans are wanted, and nothing is there to send them
    ├── DatabaseError        core: the database cannot be reached, is too old or too new
    ├── QueryError           core/query: a search that cannot be meant
    ├── PluginError          core: a plugin file breaks the contract of its folder
    ├── WorkerError          core/processes: a worker process ended, or failed, before its answer
    ├── ForgedMessageError   core/processes: a worker sent what is no message of ours
    ├── RefusalError         cluster: a worker may not, or cannot, do a unit
    ├── FingerprintError     fingerprints: keys, digests, index
    ├── CustodyError         custody: extracts, processors, enrolment
    ├── ArchiveError         archive: WARC files and document rows
    ├── CrawlError           crawler: sources and sweeps
    ├── CutOffError          jobs: a job ended with the process that did it
    ├── ReaderError          matcher: a document that cannot be read at all
    ├── JudgingError         judging: a document that could not be judged
    ├── TrailError           trails: imports and stores
    ├── PictureError         incidents: a picture is not as it was taken
    ├── LogError             transparency: the log cannot be signed, proved or read
    ├── AlertError           alerts: a message that cannot be built or delivered
    ├── WebSecretError       web: the secret of the sessions cannot be used
    ├── TooLargeError        web: more was sent in than is kept
    ├── RefusedCallError     web: a call of the API that is not answered
    ├── DemoError            demo: a stage of it did not do what it should
    ├── CaseError            demo: a case did not come to what it should
    └── DrillError           demo: a stage of a drill did not do what it should
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from core.texts import load_texts

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


class SpokenError(HinomiError):
    """An error that pages and chats tell as well: its words stand in its package's ``texts/``, in every language.

    Attributes:
        package: Whose texts hold ``error.<key>.text``, and ``error.<key>.hint`` where there is one.
    """

    package: ClassVar[str]

    def __init__(self, key: str, /, **values: object) -> None:
        self._key = key
        self._values = values
        message, hint = self.said("en")
        super().__init__(message, hint=hint)

    def said(self, language: str) -> tuple[str, str]:
        """Message and hint in a language."""
        texts = load_texts(self.package, language)
        values = {name: self._word(name, value, language) for name, value in self._values.items()}
        message, hint = f"error.{self._key}.text", f"error.{self._key}.hint"
        return texts(message, **values), texts(hint, **values) if hint in texts else ""

    def _word(self, name: str, value: object, language: str) -> object:
        """How a value is called in a language; as it is, unless a package knows better."""
        del name, language
        return value


class UsageError(HinomiError):
    """The person asked for something that does not exist or cannot be meant."""

    exit_code = 2


class OutsideError(HinomiError):
    """Something that is not ours failed: a file that cannot be read, a server, a disk."""

    exit_code = 3

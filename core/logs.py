"""Structured logs that cannot carry a customer's value.

Our own events have static names and fields from an allow-list: ids, counts, durations, states. A field that is not on
the list is dropped and counted under ``dropped_fields``, so that a slip shows up in the log instead of a name. Records
of libraries pass with their *template* only (``record.msg`` before its arguments are put in) and the class of an
exception, never its text: Scrapy prints whole items, slack-sdk whole messages.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping
    from pathlib import Path
    from typing import TextIO

_ALLOWED = """
event level logger at error reason state kind name job source engine sweep_id document_id capture_id finding_id
incident_id event_id message_id extract generation channel attempt count documents requests responses subjects rows
rejected size_bytes seconds peak_mib pid port status verdict limit version path template dropped_fields worker
retry_after_s key_id system records stage
"""
ALLOWED_FIELDS = frozenset(_ALLOWED.split())


LARGEST_BYTES: Final = 10 * 1024 * 1024
KEPT: Final = 5
"""Of a rotated log: how long one file grows, and how many older ones stay."""
_wanted: list[Callable[[], None]] = []
"""How our own records are written, until the first is."""
_configuring: Final = threading.Lock()


class LogStream(Protocol):
    """Where lines of a log go."""

    def write(self, text: str, /) -> object:
        """Take some text."""

    def flush(self) -> None:
        """Keep what was taken."""


class _StandardError:
    """Standard error as it is when something is written: whoever puts another in its place gets what comes after."""

    def write(self, text: str, /) -> object:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class RotatedLog:
    """A file that lines are appended to; once it is long it becomes ``.1``, that ``.2``, and the oldest goes."""

    def __init__(self, path: Path, *, largest: int = LARGEST_BYTES, kept: int = KEPT) -> None:
        self._path, self._largest, self._kept = path, largest, kept
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._open()

    def write(self, text: str, /) -> None:
        """Append; the file is changed for a new one between two lines alone."""
        with self._lock:
            self._file.write(text)
            if text.endswith("\n") and self._file.tell() > self._largest:
                self._file.close()
                for number in range(self._kept, 0, -1):
                    older = self._name(number - 1)
                    if older.exists():
                        older.replace(self._name(number))
                self._file = self._open()

    def flush(self) -> None:
        """Keep what was written."""
        with self._lock:
            self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def _name(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path

    def _open(self) -> TextIO:
        return os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8")


def configure_logs(
    stream: LogStream | None = None, level: str = "INFO", *, tell: Callable[[Mapping[str, Any]], None] | None = None
) -> None:
    """Send every log record of the process, ours and the libraries', as JSON lines to ``stream`` (default: stderr).

    Args:
        stream: Where to.
        level: Of our own records.
        tell: Is shown each of our own records as well, with nothing in it that may not be logged.
    """
    target = cast("TextIO", stream or _StandardError())
    with _configuring:
        _wanted[:] = [partial(_configure_ours, target, level, tell)]
    handler = logging.StreamHandler(target)
    handler.setFormatter(_TemplateFormatter())
    handler.setLevel(logging.WARNING)  # whatever level a library gives its loggers
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _configure_ours(target: TextIO, level: str, tell: Callable[[Mapping[str, Any]], None] | None) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _exception_class,
            _only_allowed,
            *([_shown_to(tell)] if tell else []),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )


def get_logger() -> Any:
    """A logger of ours: ``log.info("sweep.finished", source=..., documents=...)``."""
    return _Logger()


class _Logger:
    """What structlog gives, fetched when something is said: most commands say nothing, and its import takes long."""

    def __getattr__(self, level: str) -> Any:
        import structlog

        with _configuring:  # nobody writes a record before that is done
            for configure in _wanted:
                configure()
            _wanted.clear()
        return getattr(structlog.get_logger(), level)


def _shown_to(tell: Callable[[Mapping[str, Any]], None]) -> Callable[..., MutableMapping[str, Any]]:
    def show(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        tell(event)
        return event

    return show


def _exception_class(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    if info:
        error = info if isinstance(info, BaseException) else sys.exc_info()[1]
        if error is not None:
            event["error"] = type(error).__name__
    return event


def _only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = sorted(set(event) - ALLOWED_FIELDS)
    for field in dropped:
        del event[field]
    if dropped:
        event["dropped_fields"] = len(dropped)
    return event


class _TemplateFormatter(logging.Formatter):
    """One JSON line per library record: its logger, its level, its template and the class of its exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "event": "library",
            "logger": record.name,
            "level": record.levelname.lower(),
            # Without arguments the message may have been built beforehand from anything: keep its length only.
            "template": str(record.msg) if record.args else f"({len(str(record.msg))} characters)",
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)

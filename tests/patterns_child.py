"""Runs every pattern of the packages named on strings made to tire it, each within a second of processor time.

Started by tests/test_patterns.py as a process of its own. A pattern that takes time in the square of its input needs
minutes where one that takes linear time needs milliseconds, so that no figure here depends on the machine.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import sys
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from core.processes.patterns import _Later as Later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHARS = 50_000
SECONDS = 1.0
LONG = 20  # repeats that may be longer are worth pumping
ENDS = ("", "\x01", "!\n", "　x")
ANCHORED = (
    "matcher.readers.records._sql_values._ROWS",  # from where the row before ended
    "matcher.readers.records._sql_values._VALUES",  # from where the value before ended
    "matcher.readers.records.json_records._STARTS_LIKE_JSON",  # the beginning of a document
)
"""Used with `match` alone: what a search from every place would take plays no part."""
_CATEGORIES = {"DIGIT": "7", "SPACE": " ", "WORD": "w"}


class TooSlowError(Exception):
    """A second of processor time is over."""


def patterns(packages: list[str]) -> dict[str, re.Pattern[Any]]:
    """Every compiled pattern in the modules and classes of the packages, by where it is."""
    found: dict[str, re.Pattern[Any]] = {}
    for package in map(importlib.import_module, packages):
        names = [info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for module in map(importlib.import_module, names):
            for name, value in _held(vars(module), module.__name__, 0):
                found.setdefault(name, value)
    return {name: p for name, p in found.items() if not any(p is q for n, q in found.items() if n < name)}


def _held(values: dict[Any, Any], where: str, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in list(values.items()):
        place = f"{where}.{name}"
        if isinstance(value, Later):
            yield place, re.compile(value.pattern, value.flags)
        elif isinstance(value, re.Pattern):
            yield place, value
        elif isinstance(value, dict) and depth < 3 and not str(name).startswith("__"):
            yield from _held(value, place, depth + 1)
        elif isinstance(value, (list, tuple)) and depth < 3:
            yield from _held(dict(enumerate(value)), place, depth + 1)
        elif isinstance(value, type) and value.__module__ == where:
            yield from _held(dict(vars(value)), place, depth + 1)


def sample(nodes: Any) -> str:
    """A short text that a part of a pattern is likely to match."""
    return "".join(_sample(op, value) for op, value in nodes)


def _sample(op: Any, value: Any) -> str:
    if op in _READ_BY:
        return _READ_BY[op](value)
    return sample(value[2]) * max(1, min(value[0], 50)) if op in _REPEATS else ""


def _one_of(items: Any) -> str:
    if items[0][0] is sre.NEGATE:
        refused = re.compile("[" + "".join(_as_class(op, value) for op, value in items[1:]) + "]")
        return next((c for c in "a7 あ-.\"'" if not refused.match(c)), "é")
    op, value = items[0]
    return chr(value[0]) if op is sre.RANGE else _sample(op, value)


def _as_class(op: Any, value: Any) -> str:
    if op is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    if op is sre.LITERAL:
        return re.escape(chr(value))
    negated = "NOT_" in str(value)
    letter = next((name[0].lower() for name in _CATEGORIES if str(value).endswith("_" + name)), "w")
    return "\\" + (letter.upper() if negated else letter)


def _category(value: Any) -> str:
    return next((sign for name, sign in _CATEGORIES.items() if str(value).endswith("_" + name)), "-")


_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_READ_BY: dict[Any, Callable[[Any], str]] = {
    sre.LITERAL: chr,
    sre.NOT_LITERAL: lambda value: "b" if value == ord("a") else "a",
    sre.ANY: lambda _: "a",
    sre.IN: _one_of,
    sre.CATEGORY: _category,
    sre.BRANCH: lambda value: sample(value[1][0]),
    sre.SUBPATTERN: lambda value: sample(value[-1]),
    sre.ATOMIC_GROUP: sample,
}


def pumps(nodes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What leads up to each long repeat of a pattern, and what it repeats."""
    for op, value in nodes:
        if op in _REPEATS:
            if value[1] is sre.MAXREPEAT or value[1] > LONG:
                yield before, sample(value[2]) or "a"
            yield from pumps(value[2], before)
        elif op is sre.SUBPATTERN:
            yield from pumps(value[-1], before)
        elif op is sre.ATOMIC_GROUP:
            yield from pumps(value, before)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from pumps(branch, before)
        before += _sample(op, value)


def texts(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Long texts that begin like a match and then do not end like one."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = _parser.parse(source, pattern.flags & ~re.DEBUG)
    for before, body in {*pumps(tree), ("", sample(tree) or "a"), ("", " "), ("", "a")}:
        for end in ENDS:
            yield before + body * (CHARS // len(body)) + end
            lead = before + body * 40
            yield lead * (CHARS // len(lead)) + end


def slow(name: str, pattern: re.Pattern[Any]) -> str:
    """The beginning of the first text that the pattern takes too long over; empty when there is none."""
    for text in texts(pattern):
        subject = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            if not name.startswith(ANCHORED):
                for _ in pattern.finditer(subject):
                    pass
            pattern.match(subject)
            pattern.fullmatch(subject)
        except TooSlowError:
            return repr(text[:60])
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def main() -> None:
    """Print each pattern that is too slow, and how many were tried."""

    def stop(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGVTALRM, stop)
    tried = patterns(sys.argv[1:])
    for name, pattern in sorted(tried.items()):
        text = slow(name, pattern)
        if text:
            print(f"{name} on {text}")  # noqa: T201  # the parent reads it
    print(len(tried))  # noqa: T201


if __name__ == "__main__":
    main()

"""The lock compared with advisories in the OSV format, out of a local file: nothing is asked of any server.

One advisory as ``.json``, a list of them, a line each in ``.jsonl``, or a ``.zip`` of such files as databases of
advisories are handed out. What an advisory says of other ecosystems than PyPI is passed over.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tools.supply.locks import Pinned

ECOSYSTEM = "PyPI"
_NEVER = Version("0")


@dataclass(frozen=True, slots=True)
class Affected:
    """A package of the lock that an advisory is about; ``fixed`` are the versions in which it is no more."""

    pinned: Pinned
    advisory: str
    summary: str
    fixed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of a comparison: advisories read, how new the newest is, and what is affected."""

    read: int
    newest: str
    affected: tuple[Affected, ...]


def audit(pinned: Sequence[Pinned], path: Path) -> Audit:
    """Compare a lock with a file of advisories.

    Raises:
        ValueError: The file holds none, or something else.
    """
    known: dict[str, list[Pinned]] = {}
    for one in pinned:
        known.setdefault(one.name, []).append(one)
    read, newest = 0, ""
    found: list[Affected] = []
    for advisory in read_advisories(path):
        read, newest = read + 1, max(newest, str(advisory.get("modified", "")))
        found += _affected(advisory, known)
    if not read:
        raise ValueError(f"{path} holds no advisory")
    return Audit(read, newest, tuple(sorted(found, key=lambda one: (one.pinned.name, one.advisory))))


def read_advisories(path: Path) -> Iterator[dict[str, Any]]:
    """Every advisory of a file.

    Raises:
        ValueError: It is no JSON of advisories.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield from _of_text(archive.read(name).decode(), f"{path}/{name}")
        return
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        for line in text.splitlines():
            yield from _of_text(line, str(path))
        return
    yield from _of_text(text, str(path))


def _of_text(text: str, where: str) -> Iterator[dict[str, Any]]:
    content = json.loads(text)
    for one in content if isinstance(content, list) else [content]:
        if not (isinstance(one, dict) and "id" in one):
            raise ValueError(f"{where} holds something that is no advisory")
        if not one.get("withdrawn"):
            yield one


def _affected(advisory: Mapping[str, Any], known: Mapping[str, list[Pinned]]) -> Iterator[Affected]:
    for entry in advisory.get("affected", ()):
        package = entry.get("package", {})
        if package.get("ecosystem") != ECOSYSTEM:
            continue
        for one in known.get(canonicalize_name(package.get("name", "")), ()):
            if is_affected(one.version, entry):
                summary = str(advisory.get("summary") or advisory.get("details", ""))[:200]
                yield Affected(one, str(advisory["id"]), summary, tuple(_fixes(entry)))


def is_affected(version: str, entry: Mapping[str, Any]) -> bool:
    """Whether a version is one that is named, or lies in a range (OSV schema, "evaluation algorithm")."""
    if version in entry.get("versions", ()):
        return True
    here = Version(version)
    ranges = (one for one in entry.get("ranges", ()) if one.get("type") in {"ECOSYSTEM", "SEMVER"})
    return any(_is_in(here, one.get("events", ())) for one in ranges)


def _is_in(here: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Events in the order of their versions, an end after a beginning; the last one at or before ours decides."""
    steps = sorted((_version(value), kind != "introduced", kind) for event in events for kind, value in event.items())
    inside = False
    for version, _, kind in steps:
        if kind == "introduced" and here >= version:
            inside = True
        elif (kind == "fixed" and here >= version) or (kind == "last_affected" and here > version):
            inside = False
    return inside


def _version(value: str) -> Version:
    try:
        return Version(value)
    except InvalidVersion:
        return _NEVER


def _fixes(entry: Mapping[str, Any]) -> Iterator[str]:
    for one in entry.get("ranges", ()):
        yield from (event["fixed"] for event in one.get("events", ()) if "fixed" in event)

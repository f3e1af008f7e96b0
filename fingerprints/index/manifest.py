"""The manifest of a generation: what its files are, what they hold, and under which key and formats they were made."""

from __future__ import annotations

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final

from core.files import write_safely
from fingerprints.errors import DamagedIndexError, OtherVersionError
from fingerprints.index.files import checksum
from fingerprints.secrets.digests import DIGEST_VERSION
from fingerprints.secrets.sketches import SKETCH_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from fingerprints.secrets.veil import Veil

INDEX_VERSION: Final = 4
MANIFEST_FILE: Final = "manifest.json"
_READERS: Final = 2
"""Files that are read for their checksums at once: more would wait for one another."""


@dataclass(frozen=True, slots=True)
class ExtractInfo:
    """What the index knows of one enrolment of an extract.

    Attributes:
        name: The extract's name.
        columns: Kinds of identifiers it has.
        size: How many subjects are in it.
        as_of: The day its values were current, counted from 1970-01-01.
        rows: How many rows were read.
        sha256: Of the file it came from.
        generation: The generation that the enrolment made.
        members: The file that says who is in it.
        pending: Its subjects are known, its values are not: the key was changed, and its file was not enrolled again.
    """

    name: str
    columns: tuple[str, ...]
    size: int
    as_of: int
    rows: int
    sha256: str
    generation: int = 0
    members: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """One segment: what some enrolments added to the index, or changed in what older segments say.

    Attributes:
        name: Its folder.
        first: The number of the first subject that is new in it.
        new: How many are.
        records: Its fingerprints.
        unnumbered: New subjects without a customer number.
        filtered: Fingerprints that its filter was made for.
        intervals: The intervals that its fingerprints point to; none where they are written out (see `tables`).
    """

    name: str
    first: int
    new: int
    records: int
    unnumbered: int
    filtered: int
    intervals: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """Size and checksum of one file."""

    size_bytes: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of the index.

    Attributes:
        generation: Its number.
        content: The generation that last changed what the index says; merging segments changes nothing.
        key_id: The key it was made under.
        subjects: How many numbers were given to subjects.
        codes: The kinds and pairs, and the codes of their digests.
        sketches: Kinds kept as sketches.
        checks: Kinds kept as checks.
        number_patterns: How customer numbers look.
        segments: The oldest first.
        enrolments: In the order in which they were made.
        files: Every file but the manifest, by its path in the folder.
    """

    generation: int
    content: int
    key_id: str
    subjects: int
    codes: dict[str, int]
    sketches: tuple[str, ...]
    checks: tuple[str, ...]
    number_patterns: tuple[str, ...]
    segments: tuple[SegmentInfo, ...]
    enrolments: tuple[ExtractInfo, ...]
    files: dict[str, FileInfo] = field(default_factory=dict)
    index_version: int = INDEX_VERSION
    digest_version: int = DIGEST_VERSION
    sketch_version: int = SKETCH_VERSION

    @property
    def extracts(self) -> tuple[ExtractInfo, ...]:
        """Every extract as it was enrolled with the latest day, in the order in which they came to be known."""
        latest: dict[str, ExtractInfo] = {}
        for one in self.enrolments:
            if one.name not in latest or one.as_of >= latest[one.name].as_of:
                latest[one.name] = one
        return tuple(latest.values())

    @property
    def unnumbered(self) -> int:
        """How many subjects have no customer number."""
        return sum(segment.unnumbered for segment in self.segments)


def write_manifest(folder: Path, manifest: Manifest, veil: Veil, before: Manifest | None = None) -> Manifest:
    """Take stock of the folder's files and write the manifest beside them.

    Args:
        folder: The generation's folder.
        manifest: What is in it; the files are filled in here.
        veil: That of the generation; it makes the manifest's code.
        before: The manifest of the generation that files were linked from: their checksums are taken from it.
    """
    known = before.files if before is not None else {}
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != MANIFEST_FILE)
    }

    def take_stock(name: str) -> FileInfo:
        stat = paths[name].stat()
        linked = stat.st_nlink > 1 and name in known and known[name].size_bytes == stat.st_size
        return known[name] if linked else FileInfo(stat.st_size, checksum(paths[name]))

    with ThreadPoolExecutor(_READERS) as readers:  # hashing leaves the interpreter free
        files = dict(zip(paths, readers.map(take_stock, paths), strict=True))
    manifest = replace(manifest, files=files)
    body = asdict(manifest)
    stated = {**body, "checksum": _sum(body), "code": veil.code(_canonical(body))}
    write_safely(folder / MANIFEST_FILE, json.dumps(stated, ensure_ascii=False).encode())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest and check it against itself.

    Raises:
        DamagedIndexError: It is not as it was written.
        OtherVersionError: Another version of the program wrote it.
    """
    path = folder / MANIFEST_FILE
    try:
        body = json.loads(path.read_bytes())
        stated = body.pop("checksum")
        body.pop("code", None)
    except (ValueError, KeyError, AttributeError) as error:
        raise DamagedIndexError(str(path), f"it cannot be read ({type(error).__name__})") from None
    if stated != _sum(body):
        raise DamagedIndexError(str(path), f"its checksum is {_sum(body)}, written was {stated}")
    for name, expected in (
        ("index_version", INDEX_VERSION), ("digest_version", DIGEST_VERSION), ("sketch_version", SKETCH_VERSION),
    ):  # fmt: skip
        if body[name] != expected:
            raise OtherVersionError(f"{path} ({name})", body[name], expected)
    body["enrolments"] = tuple(ExtractInfo(**{**e, "columns": tuple(e["columns"])}) for e in body["enrolments"])
    body["files"] = {name: FileInfo(**info) for name, info in body["files"].items()}
    body["segments"] = tuple(
        SegmentInfo(**{**one, "intervals": tuple((since, until) for since, until in one["intervals"])})
        for one in body["segments"]
    )
    for name in ("sketches", "checks", "number_patterns"):
        body[name] = tuple(body[name])
    return Manifest(**body)


def check_code(folder: Path, veil: Veil) -> None:
    """Compare the manifest with its authentication code: whoever has no key cannot write one that fits.

    Raises:
        DamagedIndexError: It was written by somebody else, or changed.
    """
    path = folder / MANIFEST_FILE
    body = json.loads(path.read_bytes())
    body.pop("checksum", None)
    stated = body.pop("code", "")
    if not hmac.compare_digest(stated, veil.code(_canonical(body))):
        raise DamagedIndexError(str(path), "its authentication code does not fit: it was not written under this key")


def check_files(folder: Path, manifest: Manifest, *, contents: bool) -> None:
    """Compare the files with the manifest: their sizes, and with ``contents`` every byte.

    Raises:
        DamagedIndexError: The first file that differs.
    """
    for name, info in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise DamagedIndexError(str(path), "it is missing")
        size_bytes = path.stat().st_size
        if size_bytes != info.size_bytes:
            raise DamagedIndexError(str(path), f"it has {size_bytes} bytes, written were {info.size_bytes}")
        if contents and (got := checksum(path)) != info.blake2b:
            raise DamagedIndexError(str(path), f"its checksum is {got}, written was {info.blake2b}")


def _sum(body: dict[str, object]) -> str:
    return hashlib.blake2b(_canonical(body), digest_size=16).hexdigest()


def _canonical(body: dict[str, object]) -> bytes:
    return json.dumps(body, sort_keys=True).encode()

"""A bucket that files are put into, at Amazon or wherever else S3 is spoken; every object below a prefix is a document.

The source's address is ``s3://BUCKET/PREFIX``; its two keys are secrets. Objects are read and never changed; one that
is put there anew (another ETag) is another version.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote, unquote, urlsplit

import httpx2
from lxml import etree
from pydantic import Field

from crawler.access.secrets import NAME
from crawler.engines._intake import LIST_TYPE, Door, Got, Intake, IntakeError, Rooms
from crawler.engines.intakes._signing import Keys, query_of, quoted, signed
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, Listed, Mark, Miss, Page, Problem, Seen, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECT: Final = "object"
_LIST_BYTES: Final = 4 << 20
"""A list of a thousand objects, the most that comes at a time, has one at the most: keys have 1,024 bytes."""
_NAME: Final = rf"^({NAME.pattern})?$"
_MISSES: Final = {404: Miss.GONE, 401: Miss.REFUSED, 403: Miss.REFUSED, 301: Miss.REFUSED}
_TOLD: Final = {
    403: "the keys do not open the bucket", 401: "the keys do not open the bucket",
    301: "the bucket is in another region", 404: "the bucket, or the object, is not there",
}  # fmt: skip


class BucketOptions(EngineOptions):
    """Options of `bucket`."""

    endpoint: str = Field(default="", description="address of the server; empty: Amazon's, by region")
    region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]{1,40}$", description="of the bucket")
    access_key: str = Field(default="", pattern=_NAME, description="name of the secret with the access key's id")
    secret_key: str = Field(default="", pattern=_NAME, description="name of the secret with the secret access key")
    page_size: int = Field(default=1000, ge=1, le=1000, description="objects on one page of the list")
    authority: str = Field(default="", description="file with the certificate of your own authority, in PEM")


class Bucket(Intake):
    """A list of objects, page by page → each object."""

    name = "bucket"
    Options = BucketOptions
    schemes = ("s3",)
    address_example = "s3://drop/leaks/"
    examples: ClassVar = {"right": {"access_key": "s3-id", "secret_key": "s3-key"}, "wrong": {"region": "Tokyo!"}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, BucketOptions):
            raise TypeError(f"expected BucketOptions, got {type(options).__name__}")
        parts = urlsplit(address)
        self.options = options
        self._bucket, self._prefix = parts.netloc, unquote(parts.path.lstrip("/"))
        self._server = (options.endpoint or f"https://s3.{options.region}.amazonaws.com").rstrip("/")
        self._client: httpx2.Client | None = None
        self._keys = Keys("", "", options.region)
        self._limit = self._lists_read = 0

    @classmethod
    def rooms(cls, address: str, options: EngineOptions, folder: Path) -> Rooms:
        """It goes out, and reads the authority's certificate."""
        del address, folder
        authority = getattr(options, "authority", "")
        return Rooms(network=True, reads=(Path(authority),) if authority else ())

    def open(self, door: Door) -> None:
        """Have the keys at hand."""
        names = (self.options.access_key, self.options.secret_key)
        if not all(name in door.secrets for name in names):
            raise IntakeError("expected the names of two secrets as access_key and secret_key", Miss.REFUSED)
        self._keys = Keys(door.secrets[names[0]], door.secrets[names[1]], self.options.region)
        self._limit = door.limit_bytes
        verify: str | bool = self.options.authority or True
        self._client = httpx2.Client(timeout=door.timeout_s, verify=verify)

    def start(self) -> Iterator[Fetch]:
        """The first page of the list."""
        yield Fetch(self.address, notes={"token": ""})

    def get(self, fetch: Fetch) -> Got:
        """A page of the list as JSON, or an object."""
        if not fetch.key:
            query = {"list-type": "2", "prefix": self._prefix, "max-keys": str(self.options.page_size)}
            token = fetch.notes["token"]
            body, _, _ = self._ask("", query | ({"continuation-token": token} if token else {}), {}, _LIST_BYTES)
            return Got(json.dumps(_listed(body)).encode(), LIST_TYPE)
        content, media_type, size = self._ask(
            fetch.notes["name"], {}, {"Range": f"bytes=0-{self._limit - 1}"}, self._limit
        )
        return Got(content, media_type, truncated="length" if size > len(content) else "")

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Entries and the next page, or the document."""
        if fetch.key:
            yield KeepPage(title=fetch.notes["name"])
            yield Mark(fetch.key, fetch.value)
            return
        listed = json.loads(page.content)
        self._lists_read += 1
        entries = [self._entry(name, version) for name, version in listed["objects"]]
        yield Listed(len(entries), following=listed["next"])
        known = self.seen.marks([entry.key for entry in entries])
        for entry in entries:
            if entry.key not in known or (known[entry.key].value != entry.value and not known[entry.key].waits):
                yield entry
        if listed["next"] and self._lists_read < self.max_list_pages:
            yield Fetch(f"{self.address}#{self._lists_read}", notes={"token": listed["next"]})
        elif listed["next"]:
            yield Problem(f"the bucket goes on after {self.max_list_pages} pages of its list", blocks=False)

    def close(self) -> None:
        """Hang up."""
        if self._client:
            self._client.close()

    def _entry(self, name: str, version: str) -> Fetch:
        return Fetch(f"s3://{self._bucket}/{quote(name)}", OBJECT, f"object:{name}", version, {"name": name})

    def _ask(self, name: str, query: dict[str, str], headers: dict[str, str], most: int) -> tuple[bytes, str, int]:
        """A body, what it is said to be, and how long the whole is."""
        parts, path, said = urlsplit(self._server), quoted(f"/{self._bucket}/{name}"), query_of(query)
        base = parts.path.rstrip("/")
        sent = signed(parts.netloc, base + path, said, headers, self._keys, datetime.now(UTC))
        address = f"{parts.scheme}://{parts.netloc}{base}{path}" + (f"?{said}" if said else "")
        client = self._client
        if client is None:
            raise IntakeError("the bucket was not opened")
        try:
            with client.stream("GET", address, headers=sent | {"Accept-Encoding": "identity"}) as answer:
                if answer.status_code == 416:  # noqa: PLR2004  # no byte to give: it is empty
                    return b"", "application/octet-stream", 0
                if answer.status_code not in {200, 206}:
                    status = answer.status_code
                    raise IntakeError(_TOLD.get(status, f"HTTP {status}"), _MISSES.get(status, Miss.BUSY))
                return _taken(answer, most)
        except httpx2.HTTPError as error:
            raise IntakeError(f"the server of the bucket cannot be reached: {type(error).__name__}") from None


def _taken(answer: httpx2.Response, most: int) -> tuple[bytes, str, int]:
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > most:
            break
    whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
    size = int(whole) if whole.isdecimal() else len(content)
    kind = answer.headers.get("Content-Type", "application/octet-stream")
    return bytes(content[:most]), kind, max(size, len(content))


def _listed(body: bytes) -> dict[str, object]:
    """Names and versions of objects, and where the list goes on."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise IntakeError("the list of the bucket is not the XML it should be", Miss.BROKEN) from None
    objects = []
    for entry in root.iter("{*}Contents"):
        name, tag, size = (entry.findtext(f"{{*}}{word}") or "" for word in ("Key", "ETag", "Size"))
        if name and not name.endswith("/"):  # what consoles put there to show a folder
            objects.append([name, f"{tag.strip(chr(34))}:{size}"])
    return {"objects": objects, "next": root.findtext("{*}NextContinuationToken") or ""}

"""What came is never lost: whole, cut, mislabelled or a bomb, a body unpacks to what there is, within the limit."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import brotli
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from warcio.recordloader import ArcWarcRecord

from archive.records import Exchange, http_response
from crawler.polite.unpacking import DISCONNECT, LENGTH, UNSPECIFIED, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "読める。架空 花子 090-0000-1234\n"


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstd.compress,
}
codings = st.lists(st.sampled_from(sorted(PACKERS)), max_size=3)
bodies = st.one_of(st.binary(max_size=3000), st.integers(0, 2000).map(lambda n: TEXT.encode() * n))
limits = st.sampled_from([1, 100, 1 << 20])


def pack(body: bytes, names: list[str]) -> bytes:
    for name in names:
        body = PACKERS[name](body)
    return body


@given(bodies, codings)
def test_what_was_packed_comes_out_as_it_was(body: bytes, names: list[str]) -> None:
    unpacked = unpack(pack(body, names), [name.upper() for name in names], 1 << 20)
    assert (unpacked.content, unpacked.truncated) == (body, "")


@given(bodies, st.sampled_from(sorted(PACKERS)), st.integers(1, 5000))
def test_more_than_the_limit_is_its_head_and_says_so(body: bytes, name: str, limit: int) -> None:
    unpacked = unpack(pack(body, [name]), [name], limit)
    assert unpacked.content == body[:limit]
    assert unpacked.truncated == (LENGTH if len(body) > limit else "")


@given(bodies, st.sampled_from(["gzip", "deflate", "zstd"]), st.data())
def test_half_a_stream_is_what_could_be_unpacked_and_says_so(body: bytes, name: str, data: st.DataObject) -> None:
    whole = pack(body, [name])
    head = whole[: data.draw(st.integers(5, len(whole) - 1))]
    unpacked = unpack(head, [name], 1 << 20)
    assert body.startswith(unpacked.content)
    assert unpacked.truncated == DISCONNECT


def test_half_of_a_long_stream_is_about_half_of_what_it_says() -> None:
    lines = b"".join(b"line %d\n" % number for number in range(100_000))
    for name, packer in PACKERS.items():
        whole = packer(lines)
        assert len(unpack(whole[: len(whole) // 2], [name], 1 << 24).content) > len(lines) // 4, name


@given(st.binary(max_size=2000), st.lists(st.sampled_from([*sorted(PACKERS), "lzw", "", "identity"])), limits)
def test_whatever_a_body_is_it_becomes_something_within_the_limit(body: bytes, names: list[str], limit: int) -> None:
    unpacked = unpack(body, names, limit)
    assert len(unpacked.content) <= limit
    assert unpacked.truncated in {"", LENGTH, DISCONNECT, UNSPECIFIED}


@given(st.text(min_size=1, max_size=500), st.sampled_from(["gzip", "deflate", "zstd", "lzw"]))
def test_text_that_is_not_in_the_encoding_it_says_is_the_text(text: str, name: str) -> None:
    body = text.encode()
    assume(not body.startswith((b"\x1f\x8b", b"\x78", b"\x28\xb5\x2f\xfd")) and len(body) > 2)
    assert unpack(body, [name], 1 << 20).content == body


@given(bodies)
def test_deflate_without_its_head_is_read_too(body: bytes) -> None:
    assert unpack(_bare(body), ["deflate"], 1 << 20).content == body


@given(bodies, bodies, st.binary(max_size=20))
def test_a_second_stream_goes_on_and_rubbish_behind_it_does_not_matter(a: bytes, b: bytes, rubbish: bytes) -> None:
    assume(not rubbish.startswith((b"\x1f", b"\x78", b"\x58", b"\x08", b"\x18", b"\x28", b"\x38", b"\x48", b"\x68")))
    unpacked = unpack(gzip.compress(a) + gzip.compress(b) + rubbish, ["gzip"], 1 << 20)
    assert unpacked.content == a + b


def test_damage_in_the_middle_leaves_what_came_before_and_says_so() -> None:
    packed = bytearray(gzip.compress(TEXT.encode() * 5 + bytes(range(256)) * 400, compresslevel=1))
    packed[-4:] = b"\xff" * 4  # the length at the end
    unpacked = unpack(bytes(packed), ["gzip"], 1 << 24)
    assert unpacked.content.startswith(TEXT.encode() * 5)
    assert unpacked.truncated == UNSPECIFIED


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_bomb_takes_no_more_memory_than_its_limit_allows(name: str) -> None:
    packed = pack(bytes(100 << 20), [name])
    tracemalloc.start()
    try:
        unpacked = unpack(packed, [name], 1 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(unpacked.content), unpacked.truncated) == (1 << 20, LENGTH)
    assert peak < 100 << 18  # a quarter of what it unpacks to


@given(bodies, codings, st.sampled_from(["", "gzip", "deflate", "br", "lzw"]), limits, st.booleans())
def test_a_reader_of_warc_files_gets_the_same_content(
    body: bytes,
    names: list[str],
    said: str,
    limit: int,
    half: bool,  # noqa: FBT001  # as hypothesis gives it
) -> None:
    wire = pack(body, names)
    wire = wire[: len(wire) // 2] if half else wire
    header = ", ".join([*names, said] if said else names)
    content = unpack(wire, header.split(","), limit).content
    head, stored = http_response(
        Exchange(
            address="http://site.example/",
            fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
            headers=(("Content-Encoding", header),),
            body=wire,
            content=content,
        )
    )
    record = ArcWarcRecord("warc", "response", None, BytesIO(stored), head, "", len(stored))
    assert record.content_stream().read() == content

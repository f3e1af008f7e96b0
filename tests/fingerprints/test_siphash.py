"""SipHash-2-4 for arrays gives the published values."""

from __future__ import annotations

import numpy as np

from fingerprints.secrets.siphash import siphash

KEY = bytes(range(16))
# Aumasson and Bernstein, reference implementation, vectors.h (vectors_sip64): messages 00 01 02 ... of 8 and 16 bytes.
EIGHT_BYTES = bytes.fromhex("6224939a79f5f593")
SIXTEEN_BYTES = bytes.fromhex("db9bc2577fcc2a3f")


def _words(message: bytes) -> list[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    return [np.frombuffer(message[start : start + 8], "<u8").astype(np.uint64) for start in range(0, len(message), 8)]


def test_published_vectors() -> None:
    assert int(siphash(KEY, *_words(bytes(range(8))))[0]).to_bytes(8, "little") == EIGHT_BYTES
    assert int(siphash(KEY, *_words(bytes(range(16))))[0]).to_bytes(8, "little") == SIXTEEN_BYTES


def test_blocks_do_not_show() -> None:
    words = np.arange(100_000, dtype=np.uint64)
    whole = siphash(KEY, words, words[::-1].copy())
    for at in (0, 16_383, 16_384, 99_999):
        assert whole[at] == siphash(KEY, words[at : at + 1], words[::-1][at : at + 1].copy())[0]
    assert siphash(KEY, words[:0]).size == 0

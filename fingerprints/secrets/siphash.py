"""SipHash-2-4 over whole arrays (Aumasson and Bernstein, 2012): a keyed pseudo-random function for short messages.

Every array operation does one step of the function for all messages at once; blocks of `_BLOCK` messages keep the
state in the processor's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK: Final = 16384
_START: Final = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_MASK: Final = (1 << 64) - 1


def siphash(key: bytes, *words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SipHash-2-4 of messages that are one or more 64-bit words (little endian) each.

    Args:
        key: 16 bytes.
        words: Arrays of one length: the first word of every message, the second of every message, and so on.
    """
    size = words[0].size
    out = np.empty(size, np.uint64)
    scratch = np.empty((5, min(size, _BLOCK)), np.uint64)
    for start in range(0, size, _BLOCK):
        part = slice(start, min(start + _BLOCK, size))
        count = part.stop - start
        _hash_block(key, [word[part] for word in words], out[part], scratch[:, :count])
    return out


def _hash_block(
    key: bytes, words: list[NDArray[np.uint64]], out: NDArray[np.uint64], scratch: NDArray[np.uint64]
) -> None:
    v0, v1, v2, v3, spare = scratch
    keys = (int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little"))
    for number, state in enumerate((v0, v1, v2, v3)):
        state[:] = _START[number] ^ keys[number % 2]
    length = np.uint64(((8 * len(words)) << 56) & _MASK)
    for word in (*words, length):
        v3 ^= word
        _rounds(2, v0, v1, v2, v3, spare)
        v0 ^= word
    v2 ^= np.uint64(0xFF)
    _rounds(4, v0, v1, v2, v3, spare)
    np.bitwise_xor(v0, v1, out=out)
    np.bitwise_xor(out, v2, out=out)
    np.bitwise_xor(out, v3, out=out)


def _rounds(
    count: int,
    v0: NDArray[np.uint64],
    v1: NDArray[np.uint64],
    v2: NDArray[np.uint64],
    v3: NDArray[np.uint64],
    spare: NDArray[np.uint64],
) -> None:
    for _ in range(count):
        v0 += v1
        _rotate(v1, 13, spare)
        v1 ^= v0
        _rotate(v0, 32, spare)
        v2 += v3
        _rotate(v3, 16, spare)
        v3 ^= v2
        v0 += v3
        _rotate(v3, 21, spare)
        v3 ^= v0
        v2 += v1
        _rotate(v1, 17, spare)
        v1 ^= v2
        _rotate(v2, 32, spare)


def _rotate(state: NDArray[np.uint64], by: int, spare: NDArray[np.uint64]) -> None:
    np.left_shift(state, np.uint64(by), out=spare)
    np.right_shift(state, np.uint64(64 - by), out=state)
    np.bitwise_or(state, spare, out=state)

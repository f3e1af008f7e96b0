"""What a worker says, as plain data: bytes that name no code, so that reading them runs none.

A worker may have read hostile bytes, and whoever got hold of it says what he likes. So what comes back is msgpack:
numbers, text, bytes, lists, tuples, mappings, dates, arrays of numbers, and the data classes that its *reader* names.
A class is a number in the reader's own list; nothing in a message can ask for another one.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgpack

from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ASIDE: Final = 0
_TUPLE, _DAY, _MOMENT, _ARRAY, _FIRST_CLASS, _LAST_CODE = 1, 2, 3, 4, 5, 127
MOST_ASIDE: Final = 16
"""Large objects in one message; whoever announces more has forged it."""
_ODD: Final = "surrogatepass"
"""Names of files may be no text in any encoding."""
_NUMBERS: Final = "biuf"
"""Kinds of arrays: truth values, whole numbers, fractions; an array of objects would be a way back to pickle."""


class ForgedMessageError(HinomiError):
    """A worker said what no worker of ours says."""


class Plain:
    """Packs and unpacks plain data, and objects of the given classes.

    Args:
        classes: Data classes that may be in a message; both sides name the same ones in the same order.
        others: Further classes with what makes bytes of one and what makes one of bytes.
    """

    def __init__(
        self,
        *classes: type[Any],
        others: dict[type[Any], tuple[Callable[[Any], bytes], Callable[[bytes], Any]]] | None = None,
    ) -> None:
        self._others = others or {}
        known = [*classes, *self._others]
        if _FIRST_CLASS + len(known) > _LAST_CODE:
            raise ValueError(f"{len(known)} classes are more than a message can tell apart")
        self._codes = {kind: code for code, kind in enumerate(known, _FIRST_CLASS)}
        self._kinds = {code: kind for kind, code in self._codes.items()}
        self._names = {kind: tuple(field.name for field in fields(kind)) for kind in classes}

    def pack(self, value: object) -> bytes:
        """The value as bytes.

        Raises:
            TypeError: It is, or holds, something that is not plain.
        """
        return self._packed(None, value)

    def pack_apart(self, value: object) -> list[bytes]:
        """The value as bytes after how many follow, and those of each of the ``others`` in it: uncopied, being large.

        Raises:
            TypeError: It is, or holds, something that is not plain, or more than `MOST_ASIDE` of the others.
        """
        aside: list[bytes] = []
        said = self._packed(aside, value)
        if len(aside) > MOST_ASIDE:
            raise TypeError(f"{len(aside)} large objects, expected {MOST_ASIDE} at most")
        return [bytes([len(aside)]) + said, *aside]

    def _packed(self, aside: list[bytes] | None, value: object) -> bytes:
        extend = partial(self._extend, aside)
        packed: bytes = msgpack.packb(value, default=extend, strict_types=True, unicode_errors=_ODD)
        return packed

    def unpack_apart(self, said: bytes, aside: Sequence[bytes]) -> Any:
        """What was packed with the large objects in it beside it; as `unpack`."""
        return self.unpack(memoryview(said)[1:], aside)

    def unpack(self, data: bytes | memoryview, aside: Sequence[bytes] = ()) -> Any:
        """What was packed.

        Raises:
            ForgedMessageError: It is nothing that `pack` gives.
        """
        try:
            revive = partial(self._revive, aside)
            return msgpack.unpackb(data, ext_hook=revive, strict_map_key=False, unicode_errors=_ODD)
        except ForgedMessageError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a forged message does, it ends here
            raise ForgedMessageError(f"a message cannot be read ({type(error).__name__})") from None

    def _extend(self, aside: list[bytes] | None, value: object) -> object:
        kind = type(value)
        if kind is tuple:
            return msgpack.ExtType(_TUPLE, self._packed(aside, list(value)))  # type: ignore[call-overload]  # a tuple, as just seen
        if kind is date:
            return msgpack.ExtType(_DAY, str(value).encode())
        if kind is datetime:
            return msgpack.ExtType(_MOMENT, value.isoformat().encode())  # type: ignore[attr-defined]  # as just seen
        if kind in self._names:
            held = [getattr(value, name) for name in self._names[kind]]
            return msgpack.ExtType(self._codes[kind], self._packed(aside, held))
        return self._put_aside(aside, value) if kind in self._others else _numbers(value)

    def _put_aside(self, aside: list[bytes] | None, value: object) -> msgpack.ExtType:
        code, made = self._codes[type(value)], self._others[type(value)][0](value)
        if aside is None:
            return msgpack.ExtType(code, made)
        aside.append(made)
        return msgpack.ExtType(_ASIDE, msgpack.packb([code, len(aside) - 1]))

    def _revive(self, aside: Sequence[bytes], code: int, data: bytes) -> object:
        if code == _ASIDE:
            code, place = msgpack.unpackb(data)
            data = aside[place]
        if code == _TUPLE:
            return tuple(self.unpack(data, aside))
        if code == _DAY:
            return date.fromisoformat(data.decode())
        if code == _MOMENT:
            return datetime.fromisoformat(data.decode())
        if code == _ARRAY:
            return _array(data)
        kind = self._kinds[code]
        if kind in self._others:
            return self._others[kind][1](data)
        return kind(**dict(zip(self._names[kind], self.unpack(data, aside), strict=True)))


def count_aside(said: bytes) -> int:
    """How many large objects come after a message that was packed apart.

    Raises:
        ForgedMessageError: It was not.
    """
    if not said or said[0] > MOST_ASIDE:
        raise ForgedMessageError("a message announces more than any of ours has beside it")
    return said[0]


def _numbers(value: object) -> object:
    """An array, or a number out of one."""
    import numpy as np

    if isinstance(value, np.generic) and value.dtype.kind in _NUMBERS:
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in _NUMBERS:
        head: bytes = msgpack.packb([value.dtype.str, list(value.shape)])
        return msgpack.ExtType(_ARRAY, bytes([len(head)]) + head + value.tobytes())
    if isinstance(value, dict | list | str | bytes | int | float):  # a class of somebody's that is one of these as well
        plain = next(kind for kind in (dict, list, str, bytes, int, float) if isinstance(value, kind))
        return plain(value)  # type: ignore[arg-type]  # as just seen
    raise TypeError(f"{type(value).__qualname__} is no plain data")


def _array(data: bytes) -> object:
    """An array of numbers, with memory of its own."""
    import numpy as np

    end = 1 + data[0]
    form, shape = msgpack.unpackb(data[1:end])
    dtype = np.dtype(form)
    if dtype.kind not in _NUMBERS:
        raise ForgedMessageError(f"an array of kind {dtype.kind!r}, expected one of {_NUMBERS}")
    return np.frombuffer(data, dtype, offset=end).reshape(shape).copy()

"""An error of ours on its way up from a worker: its class by name, its words, and what else it holds as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Iterator


def failure_of(error: HinomiError) -> dict[str, Any]:
    """What is sent of an error; what it holds beside plain values stays where it is."""
    plain = (str, int, float, type(None))
    state = {name: value for name, value in vars(error).items() if isinstance(value, plain)}
    return {"kind": _name(type(error)), "words": [str(one) for one in error.args], "state": state}


def error_of(failure: dict[str, Any]) -> HinomiError:
    """The error again; of a class that this process knows as one of ours, else of their root."""
    kinds = {_name(kind): kind for kind in _ours(HinomiError)}
    kind = kinds.get(str(failure["kind"]), HinomiError)
    error = kind.__new__(kind)  # without the constructor, which may ask for anything
    error.args = tuple(str(word) for word in failure["words"])
    error.__dict__.update({"hint": "", **failure["state"]})
    return error


def _ours(kind: type[HinomiError]) -> Iterator[type[HinomiError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _ours(below)


def _name(kind: type[HinomiError]) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"

"""An engine that is none: what would go to a worker goes to whoever does its work, and is kept to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cluster.units import REPLIES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


@dataclass(eq=False)
class Done:
    """A future whose answer is there."""

    reply: bytes
    status: str = "finished"

    def result(self, timeout: float) -> bytes:
        """The answer."""
        assert timeout > 0
        return self.reply


@dataclass
class WireTap:
    """An engine with one worker, of which everything that goes over it is kept."""

    do: Callable[[bytes, str], bytes]
    line: int = 1
    address: str = "here"
    wait_s: float = 1.0
    carried: list[bytes] = field(default_factory=list)
    units: int = 0
    is_closed: bool = False

    def submit(self, name: str, packed: bytes, only: Collection[str] | None = None) -> Any:
        """Have a unit done at once."""
        assert only is None
        reply = self.do(packed, "w")
        self.units += 1
        self.carried += [name.encode(), packed, reply]
        return Done(reply)

    def workers(self) -> frozenset[str]:
        """The one."""
        return frozenset({"w"})

    def deaths(self) -> list[str]:
        """It never dies."""
        return []

    def is_broken(self) -> bool:
        """Nor is the line."""
        return False

    def close(self) -> None:
        """No more."""
        self.is_closed = True

    def change(self, number: int) -> None:
        """Have one bit of the answer to the unit of that number changed on its way."""
        honest = self.do

        def changing(packed: bytes, at: str) -> bytes:
            word, sealed = REPLIES.unpack(honest(packed, at))
            return REPLIES.pack((word, sealed[:-1] + bytes([sealed[-1] ^ (self.units == number)])))

        self.do = changing

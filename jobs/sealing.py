"""Sealing: events that came in are put into blocks, so that searches stay quick (`incidents.blocks`)."""

from __future__ import annotations

from typing import Final

from incidents.blocks.sealing import is_worth_sealing, seal
from jobs.interface import SingleJob

EVERY_S: Final = 60.0


class SealEvents(SingleJob):
    """As soon as there is enough for a block; what is in none yet is found all the same."""

    name = "seal-events"
    lane = "keep"
    every_s = EVERY_S

    def is_wanted(self) -> bool:
        """Whether there are events enough outside of blocks, or small blocks enough for a large one."""
        with self.home.database.read() as session:
            return is_worth_sealing(session)

    def work(self) -> str:
        """Seal them."""
        return f"done: {seal(self.home.database)} blocks"

"""What a format is: a name, what its files are called, and how the material of an export is written in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial


class ExportFormat(ABC):
    """A format that incidents can be taken away in.

    Attributes:
        name: What commands and pages call it.
        suffix: How its files' names end.
        media_type: Of its files.
        reader: Which program opens them, in a word or two.
        is_long: Whether making one may take minutes: pages have it made in the background.
        has_lists: Whether it holds lists, of which one may be chosen (`exports.lists`).
        usual_list: Which it holds where none is chosen; empty for all.
        has_records: Whether access records are in it, with names for who may.
        is_proved: Whether proofs of the log are in it: a head is signed first, over all there is.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    media_type: ClassVar[str]
    reader: ClassVar[str]
    is_long: ClassVar[bool] = False
    has_lists: ClassVar[bool] = False
    usual_list: ClassVar[str] = ""
    has_records: ClassVar[bool] = False
    is_proved: ClassVar[bool] = False

    @abstractmethod
    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """Write everything that was chosen, and count in ``material.tally`` what was and what was left out.

        What is read is written as it is read: an export of any length takes the same memory.
        """

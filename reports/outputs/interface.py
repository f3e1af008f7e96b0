"""What a format is: a report to bytes, the same report to the same bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reports.printing.fonts import Face
    from reports.values import FilledReport


class Output(ABC):
    """A format; its name is the ending of its files.

    Attributes:
        name: How it is asked for.
        media_type: What it is called on the web.
    """

    name: ClassVar[str]
    media_type: ClassVar[str]

    @abstractmethod
    def write(self, report: FilledReport, faces: Sequence[Face], at: datetime) -> bytes:
        """The report as a file.

        Args:
            report: Clean (`reports.printing.clean`), and with glyphs for everything.
            faces: Fonts, the first that has a character is used.
            at: The moment that the file says it was made.
        """

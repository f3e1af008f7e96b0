"""What the two syslog formats share: a header known by a pattern, before a message that may carry another format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from trails.formats.interface import TrailFormat

if TYPE_CHECKING:
    from collections.abc import Sequence


class HeadedFormat(TrailFormat):
    """Lines that begin with ``header``, a pattern; time and host come out of it."""

    header: ClassVar[str]
    defaults = {"when": ("@timestamp",), "host": ("@host",)}  # noqa: RUF012  # constant, as declared in the interface

    def likeness(self, head: Sequence[str]) -> float:
        """The share of lines with the header, unless they carry CEF or LEEF."""
        pattern = re.compile(self.header)
        carried = sum("CEF:" in line or "LEEF:" in line for line in head)
        return (sum(bool(pattern.match(line)) for line in head) - carried) / len(head) if head else 0.0

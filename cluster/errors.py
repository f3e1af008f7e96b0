"""Why no work can be done by several machines."""

from __future__ import annotations

from typing import ClassVar

from core.errors import OutsideError, SpokenError


class ClusterError(SpokenError):
    """A scheduler, its workers, or what they were set up with; the run ends, and another one goes on from there."""

    package: ClassVar[str] = "cluster"
    exit_code = OutsideError.exit_code  # not an OutsideError: those are said of one document, and the next is tried

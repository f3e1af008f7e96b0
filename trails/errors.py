"""The trails' branch of the error tree.

::

    TrailError
    ├── UnknownFormatError   the file is of no format we read
    ├── PackedLogError       a ZIP file of logs cannot be read where it lies
    ├── MappingError         the mapping of a system names what the file does not hold, or what we do not know
    ├── TrailBusyError       another process imports into the same system
    ├── RulesError           the file of declared accounts cannot be used
    └── DamagedTrailError    a stored file is missing or is not as it was written
"""

from __future__ import annotations

from core.errors import HinomiError


class TrailError(HinomiError):
    """Imports and stores of operators' access records."""


class UnknownFormatError(TrailError):
    """The file is of no format we read, or holds nothing."""

    exit_code = 2


class PackedLogError(TrailError):
    """A ZIP file of logs is encrypted or damaged, or is no file of logs."""

    exit_code = 2


class MappingError(TrailError):
    """The mapping of a system cannot be used with this file."""

    exit_code = 2


class TrailBusyError(TrailError):
    """Another process imports into the same system."""

    exit_code = 3


class RulesError(TrailError):
    """The file of declared accounts cannot be used."""

    exit_code = 2


class DamagedTrailError(TrailError):
    """A stored file is missing or is not as it was written."""

    exit_code = 3

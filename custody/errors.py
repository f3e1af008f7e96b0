"""What can go wrong in the custody register and in enrolment.

::

    CustodyError
    ├── TableError            a file that is no table we can read
    ├── ColumnError           the columns cannot be understood, or were named wrongly
    ├── EnrolmentError        the request cannot be meant
    ├── RegisterError         the register has no such entry, or does not allow this
    └── TooManyRejectedError  so many rows were unusable that the columns are plainly mixed up
"""

from __future__ import annotations

from core.errors import HinomiError


class CustodyError(HinomiError):
    """The custody register or an enrolment."""


class TableError(CustodyError):
    """A file that is no table we can read."""

    exit_code = 2


class ColumnError(CustodyError):
    """The columns cannot be understood, or were named wrongly."""

    exit_code = 2


class EnrolmentError(CustodyError):
    """What was asked for cannot be meant."""

    exit_code = 2


class RegisterError(CustodyError):
    """The register has no such entry, or what was asked for is not possible from where it stands."""

    exit_code = 2


class TooManyRejectedError(CustodyError):
    """So many rows or values were unusable that the columns are plainly mixed up; nothing was changed."""

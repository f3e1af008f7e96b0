"""The crawler's branch of the error tree."""

from __future__ import annotations

from core.errors import HinomiError, SpokenError, UsageError


class CrawlError(HinomiError):
    """A sweep cannot begin or cannot be recorded."""

    exit_code = 3


class UnreadablePageError(CrawlError):
    """A page that is not parsed, for its own sake."""


class SourcesError(UsageError, CrawlError):
    """The file of sources says something that cannot be; every problem is in the message."""

    exit_code = 2


class SourceChangeError(SpokenError, SourcesError):
    """A source cannot be added or switched."""

    package = "crawler"

"""What can go wrong with backups and upgrades, told in every language."""

from __future__ import annotations

from core.errors import OutsideError, SpokenError, UsageError


class BackupError(SpokenError, UsageError):
    """A backup, a restore or an upgrade that cannot be meant: a place that is taken, a key that does not fit."""

    package = "upkeep"


class BackupFailedError(SpokenError, OutsideError):
    """Something outside failed one: a backup that is damaged, an index that never stood still."""

    package = "upkeep"

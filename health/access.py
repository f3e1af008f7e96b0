"""What lets us into sources: whether the secrets that they name are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.access.secrets import SecretError, vault_of
from crawler.sources import survey_sources
from health.interface import Diagnosis, failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_access(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """The secrets of every source that is switched on."""
    sources = [one for one in survey_sources(home.settings.sources_path).sources.values() if one.enabled]
    naming = [one for one in sources if one.secrets or one.login_secrets]
    missing = 0
    for source in naming:
        try:
            vault_of(source, home.settings.home)
        except SecretError as error:
            missing += 1
            yield failed("access", error)
    if not missing:
        yield Diagnosis("ok", "access", "there" if naming else "none", {"count": len(naming)})

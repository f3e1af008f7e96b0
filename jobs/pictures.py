"""Pictures of leaks as visitors see them: one of each place of an open incident, taken soon after it was found."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.logs import get_logger
from crawler.access.secrets import vault_of
from crawler.rendering.jobs import RenderError
from crawler.rendering.renderer import browser_settings, take_picture
from crawler.sources import survey_sources
from incidents.online.pictures import tell_no_picture, tell_picture, unpictured
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from crawler.sources import Source
    from incidents.online.liveness import SightedPlace

AT_ONCE: Final = 3
PNG: Final = "image/png"
log = get_logger()


class Pictures(SingleJob):
    """Looks every minute for places without a picture, when ``[crawler] pictures`` asks for them."""

    name = "pictures"
    lane = "sweep"
    every_s = 60.0

    def is_wanted(self) -> bool:
        """Whether pictures are asked for, and a place has none."""
        if not self.home.settings.crawler.pictures:
            return False
        with self.home.database.read() as session:
            return bool(unpictured(session, limit=1))

    def work(self) -> str:
        """Take a few; what cannot be taken is told, and not tried again."""
        sources = survey_sources(self.home.settings.sources_path).sources
        with self.home.database.read() as session:
            places = unpictured(session, limit=AT_ONCE)
        taken = sum(self._take(place, sources.get(place.source)) for place in places)
        return f"done: {taken} of {len(places)} taken"

    def _take(self, place: SightedPlace, source: Source | None) -> bool:
        home = self.home
        try:
            if source is None:
                raise RenderError("its source is not swept any more")
            vault = vault_of(source, home.settings.home)
            picture = take_picture(place.address, browser_settings(source, home.settings.crawler, vault))
        except HinomiError as error:
            log.warning("picture.failed", source=place.source, error=type(error).__name__)
            with home.database.write() as session:
                tell_no_picture(session, place, str(error), now=home.clock.now())
            return False
        now = home.clock.now()
        with home.archive.open_warc(f"picture-{place.capture_id}-{now:%Y%m%dT%H%M%S}") as warc:
            at = warc.write_resource(f"{place.address}#picture", BytesIO(picture), len(picture), PNG, now)
        sha256 = hashlib.sha256(picture).hexdigest()
        with home.database.write() as session:
            tell_picture(session, place, at, sha256, len(picture), now=now)
        return True

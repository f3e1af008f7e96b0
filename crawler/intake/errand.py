"""One errand: an engine gets its pages, from a site by Scrapy or from its own intake, in the process that goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crawler.access.secrets import Vault
from crawler.engines._intake import Door, Intake, Rooms
from crawler.sources import engines

if TYPE_CHECKING:
    from core.settings import CrawlerSettings
    from crawler.engines.interface import SiteEngine
    from crawler.polite.turns import Turns
    from crawler.rendering.middleware import Screen
    from crawler.sources import Source
    from crawler.spider import Notebook

OUTSIDE: Final = Rooms(network=True)
"""What every engine of a site may do."""


@dataclass(frozen=True)
class Errand:
    """What is to be read, and what whoever goes has with him.

    Attributes:
        folder: The source's own place in the home folder, for intakes.
        turns: At the hosts; without any this process asks as if it were alone.
        screen: Who has a browser, for a source with scripts.
    """

    source: Source
    settings: CrawlerSettings
    vault: Vault = field(default_factory=Vault)
    folder: Path = Path()
    turns: Turns | None = None
    screen: Screen | None = None


def rooms_of(source: Source, folder: Path) -> Rooms:
    """What the process that fetches a source may do: go out, unless the source is an intake that says otherwise."""
    engine = engines().get(source.engine)
    if engine is None or not issubclass(engine, Intake):
        return OUTSIDE
    return engine.rooms(source.url, source.options, folder)


def run_errand(errand: Errand, engine: SiteEngine, notebook: Notebook, intake: SiteEngine | None = None) -> str:
    """How it ended, in Scrapy's words.

    Args:
        errand: What is to be read.
        engine: What is told of each page.
        notebook: Who is told what came of it.
        intake: The engine itself, where the other one stands around it.
    """
    settings, inner = errand.settings, intake or engine
    if isinstance(inner, Intake):
        from crawler.intake.haul import Haul

        door = Door(errand.vault.values, settings.max_body_bytes, settings.timeout_s, errand.folder)
        return Haul(inner, engine, notebook, settings.sweep_limit_s).carry(door)
    from crawler.polite.driving import crawl

    return crawl(errand.source, settings, engine, notebook, errand.turns, errand.vault, errand.screen)

"""Starts Scrapy for one source in this process and says how it ended."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess

from crawler.access.secrets import Vault
from crawler.access.wicket import Access
from crawler.polite.scrapy_settings import scrapy_settings
from crawler.polite.turns import LoneTurns
from crawler.spider import SweepSpider

if TYPE_CHECKING:
    from core.settings import CrawlerSettings
    from crawler.engines.interface import SiteEngine
    from crawler.polite.turns import Turns
    from crawler.rendering.middleware import Screen
    from crawler.sources import Source
    from crawler.spider import Notebook


def crawl(
    source: Source,
    settings: CrawlerSettings,
    engine: SiteEngine,
    notebook: Notebook,
    turns: Turns | None = None,
    vault: Vault | None = None,
    screen: Screen | None = None,
) -> str:
    """Scrapy's own word on how it ended; once a process, since Twisted's reactor cannot be started again.

    Args:
        source: What is crawled.
        settings: How.
        engine: What it is told of each page, and says what to do.
        notebook: Who is told what came of it.
        turns: At the hosts; without any this process asks as if it were alone.
        vault: The source's secrets.
        screen: Who has a browser, for a source with scripts.
    """
    process = AsyncCrawlerProcess(scrapy_settings(source, settings))
    for logger in (logging.getLogger(), logging.getLogger("scrapy")):
        logger.setLevel(logging.WARNING)  # Scrapy has just set both to everything
    logging.getLogger("scrapy.downloadermiddlewares.retry").setLevel(logging.CRITICAL)  # the notebook is told
    crawler = process.create_crawler(SweepSpider)
    access = Access(source, vault or Vault())
    given = {"turns": turns or LoneTurns(), "access": access, "screen": screen, "follow": source.follow}
    process.crawl(crawler, engine=engine, recorder=notebook, **given)
    process.start()
    stats = crawler.stats
    notebook.requests = stats.get_value("downloader/request_count", 0) if stats else 0
    return str((stats.get_value("finish_reason") if stats else None) or "not started")

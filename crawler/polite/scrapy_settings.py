"""Scrapy's settings for one sweep, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.polite.agent import PRODUCT, user_agent

if TYPE_CHECKING:
    from core.settings import CrawlerSettings
    from crawler.sources import Source

RETRIES = 2


def scrapy_settings(source: Source, crawler: CrawlerSettings) -> dict[str, Any]:
    """Settings for one sweep: one request at a time, and nothing on that a sweep does not need."""
    delay = crawler.delay_s if source.delay_s is None else source.delay_s
    handlers: dict[str, str | None] = dict.fromkeys(("data", "file", "ftp", "s3"))  # a redirect must not reach them
    handler = "SocksHandler" if source.proxy.startswith("socks") else "PlainHandler"
    handlers |= dict.fromkeys(("http", "https"), f"crawler.access.wicket.{handler}")
    keeps_cookies = source.cookies or (source.login is not None and source.login.keeps_cookies)
    return {
        "HINOMI_SOURCE": source,
        "HINOMI_MAX_RETRY_AFTER_S": crawler.max_retry_after_s,
        "USER_AGENT": user_agent(crawler.contact),
        "ROBOTSTXT_USER_AGENT": PRODUCT,
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REMOTE_CONTROL_ENABLED": False,  # on by default: runs Python sent to it on localhost
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,  # where they are kept, `OwnCookies` does it
        "METAREFRESH_ENABLED": False,
        "HTTPPROXY_ENABLED": True,
        "DOWNLOAD_HANDLERS": handlers,
        # What warcio can decode again; Scrapy would offer brotli and zstandard as well.
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
            "Accept-Language": "ja,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        },
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        # The pause is `Waiting`'s, after every answer and for all sources of a host: Scrapy's counts for one process,
        # from one start to the next, and AutoThrottle's is never longer than from one answer to the next.
        "HINOMI_DELAY_S": delay,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_TIMEOUT": crawler.timeout_s,
        "DOWNLOAD_MAXSIZE": crawler.max_body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,  # what came is kept and marked; see crawler.spider
        "TWISTED_DNS_RESOLVER": "crawler.polite.resolver.OpenResolver",
        "DNS_TIMEOUT": min(crawler.timeout_s, 60),
        "HTTPERROR_ALLOW_ALL": True,  # crawler.spider tells what is gone from what failed
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": RETRIES,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503 are RetryAfter's
        "MEMUSAGE_LIMIT_MB": crawler.memory_limit_mib,
        "MEMUSAGE_CHECK_INTERVAL_SECONDS": 5,
        "CLOSESPIDER_TIMEOUT": crawler.sweep_limit_s,
        # In the order of the lists: what a site shows first is newest.
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.polite.middlewares.SameSite": 60,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.polite.middlewares.Robots": 100,
            "crawler.access.login.Login": 150 if source.login else None,
            "crawler.polite.middlewares.RetryAfter": 560,
            "crawler.access.cookies.OwnCookies": 700 if keeps_cookies else None,
            "crawler.polite.waiting.Waiting": 950,  # next to the wire
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawler.rendering.middleware.Rendering": 585 if source.javascript else None,
            "crawler.polite.bodies.Bodies": 590,  # in its place
        },
        "EXTENSIONS": {
            "crawler.polite.bodies.BodyLimit": 0,
            "crawler.polite.memory.OwnMemory": 0,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.feedexport.FeedExporter": None,
        },
        "LOG_INSTALL_ROOT_HANDLER": False,  # core.logs has one that prints no values
        "STATS_DUMP": False,
    }

"""How much memory a sweep holds: its own, now. The system's mark of the most is handed down from whoever started it."""

from __future__ import annotations

import psutil
from scrapy.extensions.memusage import MemoryUsage


class OwnMemory(MemoryUsage):
    """Ends a sweep that holds more than it may."""

    def get_virtual_size(self) -> int:
        """Bytes that this process holds in memory."""
        return int(psutil.Process().memory_info().rss)

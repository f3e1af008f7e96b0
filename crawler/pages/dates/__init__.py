"""Times as sites write them, read in the order of day and month that each source has."""

from crawler.pages.dates.order import DateOrder
from crawler.pages.dates.reading import Dates, Posted, read_posted

__all__ = ["DateOrder", "Dates", "Posted", "read_posted"]

"""What comes in: requests by route, never by address, since an address holds what somebody looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from health.metrics.collector import HomeCollector

if TYPE_CHECKING:
    from home import Home

REQUESTS: Final = "hinomi_http_requests_total"
DURATION: Final = "hinomi_http_request_duration_seconds"
NO_ROUTE: Final = "none"
"""Of what the gate refused, or what leads to no page."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The registry of one service: counters of its requests, and the home that it serves."""

    def __init__(self, home: Home) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(REQUESTS, "Requests answered.", ("method", "route", "status"), registry=self._registry)
        self._duration = Histogram(
            DURATION, "How long an answer took.", ("route",), registry=self._registry, buckets=_BUCKETS
        )
        self._registry.register(HomeCollector(home))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; a method that nobody knows is not a name that a stranger may choose."""
        self._requests.labels(method if method in _METHODS else "other", route or NO_ROUTE, str(status)).inc()
        self._duration.labels(route or NO_ROUTE).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

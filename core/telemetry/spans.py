"""Spans for a collector of OpenTelemetry, where one is set up; without it nothing of that is imported.

A span carries what a line of the log may carry (`core.logs.ALLOWED_FIELDS`): names of the program, ids, counts. The
collector gets them by OTLP over HTTP in the background; one that is not there costs nobody an answer.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import HinomiError
from core.logs import ALLOWED_FIELDS, get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.sections.metrics import TelemetrySettings

PATH = "/v1/traces"
ENDING_MS = 2000
_tracers: list[Any] = []
"""The tracer that `start_telemetry` made for this process; empty as long as nothing is traced."""


class TelemetryError(HinomiError):
    """Spans are wanted, and what sends them is not installed."""

    exit_code = 2


class TracedWork:
    """What is known of something that was done, beside how long it took; says nothing where nothing is traced."""

    def __init__(self, traced: Any = None) -> None:
        self._traced = traced

    def note(self, **fields: str | float) -> None:
        """Add what came to be known; a field that no log line may have is left out."""
        if self._traced is not None:
            for name in fields.keys() & ALLOWED_FIELDS:
                self._traced.set_attribute(f"hinomi.{name}", fields[name])


@contextmanager
def span(name: str, **fields: str | float) -> Iterator[TracedWork]:
    """Trace what is done inside; an error is noted by its class, since its text may hold anything."""
    if not _tracers:
        yield TracedWork()
        return
    with _tracers[-1].start_as_current_span(name, record_exception=False, set_status_on_exception=False) as traced:
        seen = TracedWork(traced)
        seen.note(**fields)
        try:
            yield seen
        except BaseException as error:
            seen.note(error=type(error).__name__)
            raise


@contextmanager
def telemetry(settings: TelemetrySettings, exporter: Any = None) -> Iterator[None]:
    """Trace from here on, as the settings say; what was not sent yet is sent at the end, for two seconds at most.

    Args:
        settings: Where spans go.
        exporter: Takes them in place of the collector.

    Raises:
        TelemetryError: OpenTelemetry is not installed.
    """
    if not settings.endpoint and exporter is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TelemetryError(
            f"[telemetry] endpoint is {settings.endpoint}, and OpenTelemetry is not installed",
            hint="Install opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http beside the program.",
        ) from None
    provider = TracerProvider(resource=Resource({"service.name": settings.service}), shutdown_on_exit=False)
    sends = exporter or OTLPSpanExporter(endpoint=settings.endpoint.rstrip("/") + PATH, timeout=ENDING_MS // 1000)
    provider.add_span_processor(BatchSpanProcessor(sends))
    _tracers.append(provider.get_tracer("hinomi"))
    get_logger().info("telemetry.started")
    try:
        yield
    finally:
        _tracers.pop()
        provider.force_flush(ENDING_MS)
        provider.shutdown()

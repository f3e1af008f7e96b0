"""Spans reach a collector over HTTP, carry no more than log lines, and cost nothing where nobody wants them."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core.sections.metrics import TelemetrySettings
from core.telemetry.spans import span, telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANTED = "090-1122-3344"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A collector that takes whatever comes, on a free port."""
    bodies: list[bytes] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", bodies
        finally:
            server.shutdown()
            thread.join()


def test_spans_reach_a_collector_with_their_parents() -> None:
    with collector() as (endpoint, bodies):
        settings = TelemetrySettings(endpoint=endpoint, service="tower")
        with telemetry(settings), span("job", job="match"), span("document", document_id=7) as seen:
            seen.note(verdict="leak", count=1, sample=PLANTED)
        sent = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    spans = {
        one.name: one for request in sent for r in request.resource_spans for s in r.scope_spans for one in s.spans
    }
    assert set(spans) == {"job", "document"}
    assert spans["document"].parent_span_id == spans["job"].span_id
    values = {one.key: one.value for one in spans["document"].attributes}
    assert values["hinomi.document_id"].int_value == 7
    assert values["hinomi.verdict"].string_value == "leak"
    assert "hinomi.sample" not in values, "a field that no log line may have"
    assert sent[0].resource_spans[0].resource.attributes[0].value.string_value


def test_an_error_is_noted_by_its_class_alone() -> None:
    kept = InMemorySpanExporter()
    with pytest.raises(ValueError, match=PLANTED), telemetry(TelemetrySettings(), kept), span("job"):
        raise ValueError(PLANTED)
    (one,) = kept.get_finished_spans()
    assert one.attributes is not None
    assert one.attributes["hinomi.error"] == "ValueError"
    assert PLANTED not in one.to_json()


def test_a_collector_that_is_not_there_stops_nobody() -> None:
    with telemetry(TelemetrySettings(endpoint="http://127.0.0.1:9")), span("job") as seen:
        seen.note(count=1)


def test_nothing_is_loaded_where_nothing_is_set() -> None:
    code = (
        "import sys; from core.telemetry.spans import span, telemetry; from core.sections.metrics import "
        "TelemetrySettings\nwith telemetry(TelemetrySettings()), span('job') as s: s.note(count=1)\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

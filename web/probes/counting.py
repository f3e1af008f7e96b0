"""Counts every answer, those of the gate included, with its time and the pattern of its route."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.telemetry.spans import span

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from health.metrics.requests import Metrics

FAILED = 500


class Counting:
    """Plain ASGI around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), FAILED

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span("request", kind=scope["method"]) as seen:
            try:
                await self._app(scope, receive, send_seen)
            finally:
                route = getattr(scope.get("route"), "path", "")
                self._metrics.count(scope["method"], route, status, time.perf_counter() - begun)
                seen.note(template=route, status=status)

"""Settings of who looks from outside: metrics for Prometheus, traces for a collector of OpenTelemetry."""

from __future__ import annotations

from pydantic import Field, SecretStr

from core.sections.table import SettingsTable


class MetricsSettings(SettingsTable):
    """Who may read ``/metrics``."""

    enabled: bool = Field(default=True, description="false: there is no such address")
    token: SecretStr = Field(
        default=SecretStr(""),
        description="what a reader shows as Authorization: Bearer; better HINOMI_METRICS__TOKEN in the environment",
    )
    token_file: str = Field(default="", description="a file with the token, relative to the home folder")
    cache_s: float = Field(default=10, gt=0, description="the database is asked no more often than that")


class TelemetrySettings(SettingsTable):
    """Where spans go."""

    endpoint: str = Field(
        default="", description="of a collector that takes OTLP over HTTP, as http://127.0.0.1:4318; empty: no spans"
    )
    service: str = Field(default="hinomi", description="what this installation is called there")

"""Settings of what is taken away: who we are there, how long made files are kept, a MISP that events are pushed to."""

from __future__ import annotations

from pydantic import Field, SecretStr

from core.sections.table import SettingsTable


class MispSettings(SettingsTable):
    """A MISP server, told of incidents when somebody says so."""

    url: str = Field(default="", description="its address; empty: nothing is pushed")
    key: SecretStr = Field(default=SecretStr(""), description="the automation key of an account there")
    ca_file: str = Field(
        default="", description="the authority that signed its certificate, in PEM; empty: the system's"
    )
    timeout_s: float = Field(default=60, gt=0, description="for one answer of it")
    tags: list[str] = Field(default_factory=lambda: ["tlp:amber"], description="of every event")
    distribution: int = Field(default=0, ge=0, le=3, description="who gets it there; 0: the own organisation alone")


class ExportSettings(SettingsTable):
    """What is taken away."""

    organisation: str = Field(default="", description="the carrier's name, as receivers read it")
    keep_hours: float = Field(default=72, gt=0, description="a file made in the background is there for that long")
    misp: MispSettings = MispSettings()

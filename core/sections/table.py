"""What every table of the settings is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class SettingsTable(BaseModel):
    """A table of the settings: what it does not know is refused, and nothing changes it afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # the settings build all of them at once

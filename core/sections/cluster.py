"""Settings of several machines: a scheduler that the operator runs, what its workers see, how long is waited."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from core.sections.table import SettingsTable

SCHEMES: Final = ("tcp://", "tls://")


def _an_address(address: str) -> str:
    if address and not address.startswith(SCHEMES):
        raise ValueError(f"no address of a scheduler; expected one that begins with {' or '.join(SCHEMES)}")
    return address


SchedulerAddress = Annotated[str, AfterValidator(_an_address)]
"""Where a scheduler listens; empty where there is none."""


class ClusterSettings(SettingsTable):
    """A Dask scheduler and its workers; without one, nothing of it is started or imported."""

    scheduler: SchedulerAddress = Field(default="", description="its address: tcp://host:8786, or tls://host:8786")
    inputs: list[str] = Field(
        default_factory=list,
        description="folders of documents that all workers see under the same path; others are sent, sealed",
    )
    ca_file: str = Field(default="", description="tls: the authority of all certificates in PEM, relative to the home")
    certificate_file: str = Field(default="", description="tls: our certificate in PEM")
    key_file: str = Field(default="", description="tls: its private key in PEM; mode 0600")
    wait_s: float = Field(default=60, gt=0, description="for a scheduler or a worker that is not there")
    straggler_s: float = Field(
        default=900, gt=0, description="a unit that takes longer goes to a second worker as well"
    )
    cut_mib: float = Field(
        default=32, gt=0, description="a document this large is read by whoever asks, and looked at by all workers"
    )
    keep_days: float = Field(default=7, gt=0, description="how long answers of a run that was cut off are kept, sealed")

    @model_validator(mode="after")
    def _whole_tls(self) -> ClusterSettings:
        if self.scheduler.startswith("tls://") and not (self.ca_file and self.certificate_file and self.key_file):
            raise ValueError("tls:// needs ca_file, certificate_file and key_file")
        return self

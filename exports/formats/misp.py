"""Incidents as events of MISP (https://www.misp-project.org/datamodels/), to be imported or pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from exports.formats.interface import ExportFormat
from exports.misp_event import misp_event

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial


class Misp(ExportFormat):
    """One event as MISP gives it, ``{"Event": …}``; several as its searches do, ``{"response": […]}``."""

    name: ClassVar[str] = "misp"
    suffix: ClassVar[str] = ".misp.json"
    media_type: ClassVar[str] = "application/json"
    reader: ClassVar[str] = "MISP"

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """Event after event."""
        if material.wish.incident_id is not None:
            line = next(iter(material.incidents()))
            target.write(b'{"Event": ' + misp_event(material, line).to_json().encode() + b"}\n")
            return
        target.write(b'{"response": [')
        for number, line in enumerate(material.incidents()):
            target.write((b",\n" if number else b"\n") + b'{"Event": ')
            target.write(misp_event(material, line).to_json().encode() + b"}")
        target.write(b"\n]}\n")

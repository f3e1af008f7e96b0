"""Incidents as a feed that MISP pulls: a folder with a manifest, the hashes of values and a file an event, as a ZIP.

Unpacked behind any web server, its address is added in MISP under *Sync actions › Feeds* as a *MISP Feed*.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any, ClassVar, Final

from exports.formats.interface import ExportFormat
from exports.misp_event import misp_event

if TYPE_CHECKING:
    from typing import BinaryIO

    from exports.material import ExportMaterial

HASHES: Final = "hashes.csv"


class MispFeed(ExportFormat):
    """A file an event, named by its UUID."""

    name: ClassVar[str] = "misp-feed"
    suffix: ClassVar[str] = ".misp-feed.zip"
    media_type: ClassVar[str] = "application/zip"
    reader: ClassVar[str] = "MISP"

    def write(self, material: ExportMaterial, target: BinaryIO) -> None:
        """The events, then what lists them."""
        manifest: dict[str, Any] = {}
        hashes = material.folder / HASHES
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as feed, hashes.open("w", encoding="ascii") as listed:
            for line in material.incidents():
                event = misp_event(material, line)
                made = event.to_feed(with_meta=True)
                manifest.update(made["Event"].pop("_manifest"))
                listed.writelines(f"{one},{event.uuid}\n" for one in made["Event"].pop("_hashes"))
                feed.writestr(f"{event.uuid}.json", json.dumps(made, ensure_ascii=False))
            feed.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False))
            listed.flush()
            feed.write(hashes, HASHES)

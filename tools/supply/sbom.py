"""A bill of materials in CycloneDX 1.6 (ECMA-424), made from the lock alone: the same lock, the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.supply.locks import Pinned

SPEC = "1.6"


def make_sbom(pinned: Sequence[Pinned], version: str) -> str:
    """The bill of materials as JSON.

    Each file that the lock allows for a package is an external reference with its hash: which of them is installed
    depends on the machine.
    """
    components = [_component(one) for one in sorted(pinned, key=lambda one: (one.name, one.version))]
    root = {"type": "application", "bom-ref": "hinomi", "name": "hinomi", "version": version}
    body: dict[str, Any] = {
        "bomFormat": "CycloneDX", "specVersion": SPEC, "version": 1,
        "metadata": {"component": {**root, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": components,
        "dependencies": [{"ref": "hinomi", "dependsOn": [one["bom-ref"] for one in components]}],
    }  # fmt: skip
    identity = uuid5(NAMESPACE_URL, json.dumps(body, sort_keys=True))
    return json.dumps({**body, "serialNumber": f"urn:uuid:{identity}"}, indent=1, sort_keys=True) + "\n"


def _component(one: Pinned) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library", "bom-ref": one.purl, "name": one.name, "version": one.version, "purl": one.purl,
        "externalReferences": [
            {"type": "distribution", "url": one.purl, "hashes": [{"alg": "SHA-256", "content": sha256}]}
            for sha256 in one.sha256
        ],
    }  # fmt: skip
    if one.marker:
        made["scope"] = "optional"
        made["properties"] = [{"name": "hinomi:needed-where", "value": one.marker}]
    return made

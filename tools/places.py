"""Writes fingerprints/places.z, the postal table in canonical spelling: ``python -m tools.places``."""

from __future__ import annotations

import sys

from fingerprints.identifiers.address import spelled_place
from fingerprints.place_table import TABLE, spell_table, write_table


def main() -> None:
    """Write the file and say how large it is."""
    write_table(spell_table(spelled_place))
    sys.stdout.write(f"{TABLE.name}: {TABLE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()

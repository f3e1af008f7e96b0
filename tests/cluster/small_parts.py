"""A command that takes every file for a large one and cuts it into small parts."""

from __future__ import annotations

from typing import Final

import custody.enrolment.batches
from cli.main import main

ROWS: Final = 100

if __name__ == "__main__":
    custody.enrolment.batches.BATCH_ROWS = ROWS  # type: ignore[misc]
    custody.enrolment.batches.LARGE_BYTES = 0  # type: ignore[misc]
    main()

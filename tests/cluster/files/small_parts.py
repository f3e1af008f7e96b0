"""A command that takes every list and every log for a large one and cuts it into small parts."""

from __future__ import annotations

from typing import Final

import custody.enrolment.batches
import trails.lines
import trails.record_maker
from cli.main import main

ROWS: Final = 100
BLOCK_BYTES: Final = 4096

if __name__ == "__main__":
    custody.enrolment.batches.BATCH_ROWS = ROWS  # type: ignore[misc]
    custody.enrolment.batches.LARGE_BYTES = 0  # type: ignore[misc]
    trails.lines.BLOCK_BYTES = BLOCK_BYTES  # type: ignore[misc]
    trails.record_maker.LARGE_BYTES = 0  # type: ignore[misc]
    main()

"""How the property tests draw: the same in every run of CI, so that a red run is about the change; else at random.

``./run fuzz-properties`` is where new inputs are looked for: at random whatever ``CI`` says, and many more of them.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

MANY: Final = 1000
"""Inputs a test in `FUZZ`, unless the test itself says how many it can afford."""
CI: Final = "ci"
WORK: Final = "work"
FUZZ: Final = "fuzz"


def load_profile() -> None:
    """Register the three profiles and take the one of this run; ``--hypothesis-profile`` wins over it."""
    # No deadlines: a busy machine is no failure.
    settings.register_profile(CI, deadline=None, derandomize=True, database=None, print_blob=True)
    settings.register_profile(WORK, deadline=None, derandomize=False)
    settings.register_profile(FUZZ, deadline=None, derandomize=False, max_examples=MANY, print_blob=True)
    settings.load_profile(CI if os.environ.get("CI") else WORK)

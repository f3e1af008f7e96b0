"""What a child that judges needs, imported at once: for one that is on its way before it is told what to do."""

from __future__ import annotations

from judging.answers import ANSWERS
from judging.judge import open_verdicts
from matcher.readers import load_readers

__all__ = ["ANSWERS", "open_verdicts"]

load_readers()

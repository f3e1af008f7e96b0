"""What stands in front of what goes up and down the line to a child that judges; light, so that all may know it."""

from __future__ import annotations

from typing import Final

FAR: Final = "far"
"""Before a question: the passages of that document are looked at elsewhere."""
LOOK: Final = "look"
"""Before a passage of somebody else's document."""
READY: Final = "ready"
"""The index is open."""
JUDGED: Final = "judged"
"""Before a verdict."""
LOOKED: Final = "looked"
"""Before what a passage gave, as bytes that nobody reads on the way."""
PASSAGE: Final = "passage"
"""Before a passage for somebody else to look at, as bytes likewise; before nothing where it waits for what is out."""
FAILED: Final = "failed"
"""Before why there is no verdict."""
REFUSED: Final = "refused"
"""Before the error for which it cannot begin."""
UNREADABLE: Final = "unreadable"
"""Before why the file cannot be read."""
SWOLLEN: Final = "swollen"
"""It wants too much memory."""

"""The stages of a contract with a processor: before, at, during and after it; pure."""

from __future__ import annotations

from typing import Final

from custody.errors import RegisterError

BEFORE, AT, DURING, AFTER = "before", "at", "during", "after"
STAGES: Final = (BEFORE, AT, DURING, AFTER)
STANDING: Final = (AT, DURING)
"""Stages in which somebody is a processor of ours: before, they are one who might become it; after, one who was."""
STEPS: Final[dict[str, tuple[str, ...]]] = {
    BEFORE: (AT, AFTER),
    AT: (DURING, AFTER),
    DURING: (AFTER,),
    AFTER: (BEFORE,),
}
"""Stage → stages that may follow: one that came to nothing ends at once, one that ended begins again from before."""


def check_step(stage: str, following: str) -> None:
    """Let nobody leave a stage out.

    Raises:
        RegisterError: There is no such stage, or it does not follow.
    """
    if following not in STAGES:
        raise RegisterError(f"stage {following!r} is none of {', '.join(STAGES)}", key="no_stage", text=following)
    if following not in STEPS[stage]:
        raise RegisterError(
            f"a contract goes from {stage!r} to {' or '.join(STEPS[stage])}, not to {following!r}",
            key="no_step", stage=stage, following=following,
        )  # fmt: skip

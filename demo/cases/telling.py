"""`hinomi demo --case`: a case told over a home of its own, once; told before, it says where to look."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from core.clock import SetClock
from demo.cases.drip import BEGINS, tell_drip
from demo.cases.night import tell_night
from demo.cases.story import Story

if TYPE_CHECKING:
    from cli.context import Context
    from demo.cases.story import ToldCase

DRIP, NIGHT = "drip", "night"
CASES: Final = (DRIP, NIGHT)


def tell_case(ctx: Context, case: str) -> tuple[Story, ToldCase]:
    """Tell a case, unless it was told in this home before.

    Raises:
        UsageError: The home is somebody else's, another case's, or was left in the middle.
    """
    from cli.context import Context as World

    began = time.monotonic()
    if (told := Story(ctx, case).before()) is not None:
        story = Story(ctx, case)
        story.say("look.again", home=ctx.folder)
        return story, told
    if case == DRIP:
        world = World(str(ctx.folder), SetClock(BEGINS))
        story = Story(world, case)
        try:
            told = tell_drip(story)
        finally:
            world.close()
    else:
        story = Story(ctx, case)
        told = tell_night(story)
    story.done(told)
    story.say("look.took", seconds=time.monotonic() - began, home=ctx.folder)
    return story, told

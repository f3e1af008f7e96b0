"""What is taken away from a case: the evidence bag, checked by its own script, lists and statements."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

from core.errors import HinomiError
from core.processes.begun import python
from core.processes.environment import command_environment
from demo.cases.story import RESPONDER
from transparency.keys import public_path

if TYPE_CHECKING:
    from pathlib import Path

    from demo.cases.story import Story

CHECK_S = 120.0


class CaseError(HinomiError):
    """A case did not come to what it should."""


def take(story: Story, incident: int, form: str, *, chosen: str = "", reveal: bool = False, reason: str) -> Path:
    """An export of an incident as a file below the home; that it was taken is on the record."""
    from exports.deed import made_export
    from exports.wish import ExportWish
    from web.masking.applied import PageMasks

    ctx = story.ctx
    wish = ExportWish(form, incident, chosen=chosen, reveal=reveal, reason=reason, language=ctx.settings.language)
    with ctx.database.read() as session:
        actor = story.actor(session, RESPONDER)
    target = story.folder / wish.file_name
    with made_export(wish, ctx, masks=PageMasks(), actor=actor) as made:
        shutil.copyfile(made.path, target)
    target.chmod(0o600)
    ctx.append_to_log()
    return target


def check_bag(story: Story, bag: Path) -> str:
    """The last line of what the bag's own script says, with nothing but Python and the key that it is given.

    Raises:
        CaseError: It found something wrong.
    """
    folder = story.folder / "bag"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(bag) as packed:
        packed.extractall(folder)
    script = next(folder.rglob("verify_bag.py"))
    key = public_path(story.ctx.settings.log_key_path)
    done = subprocess.run(  # noqa: S603  # our own interpreter, and the script that lies in our own bag
        python("-I", "-S", str(script), "--key", str(key)),
        env=command_environment(), capture_output=True, text=True, timeout=CHECK_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CaseError(f"the bag's own script found it wrong: {done.stdout}{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def verify_home(story: Story) -> int:
    """Everything that the home holds, compared with its log; how many entries that has.

    Raises:
        CaseError: Something was altered, or has no signed head over it.
    """
    from functools import partial

    from custody.register.index_states import find_index_damage
    from transparency.verify.verification import verify

    ctx = story.ctx
    ctx.append_to_log()
    report = verify(ctx.settings, ctx.database, ctx.clock, look_at_index=partial(find_index_damage, key=ctx.key))
    if not report.is_whole or report.uncovered is not None:
        raise CaseError(f"the record is not whole: {report.worst}")
    return report.leaves.total()

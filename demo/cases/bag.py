"""The evidence of a case in one bag, verified as somebody without this program would."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from shlex import quote
from typing import TYPE_CHECKING

from core.processes.worker import python

if TYPE_CHECKING:
    from pathlib import Path

    from demo.cases.stage import Stage


def take_bag(stage: Stage, folder: Path, incident_id: int) -> None:
    """Take the evidence away, and verify it as somebody without this program would."""
    bag = folder / "evidence.zip"
    bag.unlink(missing_ok=True)
    stage.run("hana", f"export {incident_id} --as bag --out {quote(str(bag))} --json")
    shutil.rmtree(folder / "evidence", ignore_errors=True)
    with zipfile.ZipFile(bag) as file:
        file.extractall(folder / "evidence")
    script = next((folder / "evidence").rglob("verify_bag.py"))
    done = subprocess.run(  # noqa: S603  # our own script, in a Python of its own
        python("-I", str(script)), cwd=script.parent, capture_output=True, text=True, check=False
    )
    stage.tell("bag" if done.returncode == 0 else "bag_damaged", file=bag)

"""What is shipped to run Hinomi by: units and the container file name what exists, and leave the walls their calls."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import hinomi

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "packaging" / "systemd").glob("*.service"))
CONTAINER = ROOT / "packaging" / "Containerfile"
WALLS = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}


def settings(unit: Path) -> dict[str, str]:
    lines = unit.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_its_process_no_right_that_it_has_no_use_for(unit: Path) -> None:
    said = settings(unit)
    assert said["User"].startswith("hinomi")
    assert (said["NoNewPrivileges"], said["CapabilityBoundingSet"], said["ProtectSystem"]) == ("yes", "", "strict")
    assert said["LimitCORE"] == "0"
    assert set(said["SystemCallFilter"].split()) >= WALLS
    assert said["UMask"].endswith("7")


@pytest.mark.parametrize("file", [*UNITS, CONTAINER], ids=lambda file: file.name)
def test_commands_that_are_started_exist_with_their_options(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    started = re.findall(r"^ExecStart=\S*/hinomi --home \S+ (.*)$|(?:exec |\")hinomi (\w+)", text, re.MULTILINE)
    assert started
    for words in started:
        done = CliRunner().invoke(hinomi, [*"".join(words).split(), "--help"])
        assert done.exit_code == 0, done.output


def test_sweeps_run_as_a_user_of_their_own_who_reaches_neither_key_nor_index() -> None:
    named = {unit.stem: settings(unit) for unit in UNITS}
    for sweeps in (named["hinomi-sweep"], named["hinomi-crawl"]):
        check_apart(sweeps, named["hinomi"])


def check_apart(sweeps: dict[str, str], service: dict[str, str]) -> None:
    assert service["User"] != sweeps["User"]
    hidden = sweeps["InaccessiblePaths"].split()
    assert {"-/var/lib/hinomi/key", "-/var/lib/hinomi/index", service["EnvironmentFile"]} <= set(hidden)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_itself_finds_little_exposed(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-400:]


def test_the_container_runs_as_nobody_else_and_installs_what_the_lock_says() -> None:
    text = CONTAINER.read_text(encoding="utf-8")
    assert re.search(r"^USER hinomi$", text, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in text
    assert "://" not in text

"""Completion: bash is asked for it as somebody's Tab asks, and nothing that is there is overwritten."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.keeping.completion import PLACES, completion_file, install, script_of, shell_here
from cli.language import CommandError

BASH = shutil.which("bash")
HINOMI = Path(sys.executable).with_name("hinomi")


def test_a_script_is_written_once_where_the_shell_looks_and_never_over_another(tmp_path: Path) -> None:
    for shell in PLACES:
        file, is_new = install(shell, tmp_path, {})
        assert (is_new, install(shell, tmp_path, {})) == (True, (file, False))
        assert file.is_relative_to(tmp_path)
        file.write_text("somebody's own\n", encoding="utf-8")
        with pytest.raises(CommandError, match="already"):
            install(shell, tmp_path, {})
        assert file.read_text(encoding="utf-8") == "somebody's own\n"


def test_a_shell_s_own_folder_is_taken_and_an_unknown_shell_is_named(tmp_path: Path) -> None:
    named = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": "relative", "SHELL": "/usr/bin/fish"}
    assert completion_file("bash", tmp_path, named).is_relative_to(tmp_path / "data")
    assert completion_file("fish", tmp_path, named) == tmp_path / ".config/fish/completions/hinomi.fish"
    assert (shell_here(named), shell_here({"SHELL": "/bin/ksh"}), shell_here({})) == ("fish", "", "")
    with pytest.raises(CommandError, match="ksh"):
        completion_file("", tmp_path, {"SHELL": "/bin/ksh"})


@pytest.mark.skipif(BASH is None or not HINOMI.exists(), reason="neither bash nor an installed hinomi")
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (("inc",), {"incidents", "incident"}),
        (("sources", "o"), {"on", "off"}),
        (("incidents", "list", "--st"), {"--state"}),
        (("incidents", "list", "--state", "cl"), {"closed"}),
        (("--lang", ""), {"ja", "en"}),
    ],
)
def test_bash_completes_commands_options_and_choices(tmp_path: Path, typed: tuple[str, ...], wanted: set[str]) -> None:
    (tmp_path / "hinomi.bash").write_text(script_of("bash"), encoding="utf-8")
    words = " ".join(f"'{word}'" for word in ("hinomi", *typed))
    asked = (
        f"source {tmp_path}/hinomi.bash; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; "
        "_hinomi_completion hinomi; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    path = f"{HINOMI.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(BASH), "--norc", "-c", asked], capture_output=True, text=True, check=False, env=os.environ | {"PATH": path}
    )
    assert done.stderr == ""
    assert set(done.stdout.split()) == wanted

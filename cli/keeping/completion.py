"""Completion in the shell: where each shell looks for it by itself, and the script that click writes for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.shell_completion import get_completion_class

from cli.language import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "hinomi"
VARIABLE: Final = "_HINOMI_COMPLETE"
PLACES: Final = {
    "bash": ("XDG_DATA_HOME", ".local/share", "bash-completion/completions/hinomi"),
    "zsh": ("XDG_DATA_HOME", ".local/share", "zsh/site-functions/_hinomi"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/hinomi.fish"),
}
"""By shell: the variable that names a folder, what it is below somebody's home otherwise, and the file in it."""


def shell_here(environment: Mapping[str, str]) -> str:
    """The shell of whoever runs this, of those that completions are known for; else empty."""
    name = Path(environment.get("SHELL", "")).name
    return name if name in PLACES else ""


def completion_file(shell: str, home: Path, environment: Mapping[str, str]) -> Path:
    """Where a shell looks for it.

    Raises:
        CommandError: It is no shell that completions are known for.
    """
    if shell not in PLACES:
        raise CommandError("no_shell", shell=shell or environment.get("SHELL") or "–")
    variable, below, file = PLACES[shell]
    named = Path(environment.get(variable, ""))
    return (named if named.is_absolute() else home / below) / file


def is_installed(shell: str, home: Path, environment: Mapping[str, str]) -> bool:
    """Whether there is something already."""
    return completion_file(shell, home, environment).exists()


def install(shell: str, home: Path, environment: Mapping[str, str]) -> tuple[Path, bool]:
    """Write the script where the shell looks for it; gives where, and whether it is new.

    Raises:
        CommandError: No such shell, or another file is there: it stays as it is.
    """
    file = completion_file(shell, home, environment)
    script = script_of(shell)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as out:
            out.write(script)
    except FileExistsError:
        if file.read_text(encoding="utf-8", errors="replace") != script:
            raise CommandError("completion_there", file=file) from None
        return file, False
    return file, True


def script_of(shell: str) -> str:
    """What the shell has to run."""
    from cli.main import hinomi

    kind = get_completion_class(shell)
    if kind is None:
        raise CommandError("no_shell", shell=shell)
    template = kind.source_template % kind(hinomi, {}, NAME, VARIABLE).source_vars()
    return template.strip() + "\n"

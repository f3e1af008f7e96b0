"""Secrets of sources: by name, from the environment or from a file that nobody else can read; never in sources.toml.

``secrets.toml`` in the home folder, of mode 0600::

    forum-a = "the password"
    paste-api = { command = ["pass", "show", "paste-api"] }

``HINOMI_SECRET_FORUM_A`` in the environment comes before it. A source gets those that it names, and no other.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core.processes.environment import SECRETS, bare_environment
from core.settings import SECRETS_FILE
from crawler.errors import CrawlError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from crawler.sources import Source

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LEAST_CHARACTERS: Final = 6
"""A shorter secret occurs in any page by chance, and could not be left out of what is archived."""
_COMMAND_S: Final = 60
_HINT: Final = "It is a line in secrets.toml (mode 0600), or a variable {variable}."


class SecretError(CrawlError):
    """A secret that a source names is not there, or must not be used."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The secrets of one source, for the process that fetches it.

    Attributes:
        values: By name, what may stand as ``{secret:NAME}`` in headers, bodies and queries.
        login: What the login needs, by name; it stands nowhere else.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    login: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Vault({', '.join(sorted({*self.values, *self.login}))})"


def vault_of(source: Source, home: Path, environment: Mapping[str, str] = os.environ) -> Vault:
    """The secrets that a source names.

    Raises:
        SecretError: One is not there (all of them in one message), or the file may be read by others.
    """
    needed = {*source.secrets, *source.login_secrets}
    found = find_secrets(needed, home, environment)
    if missing := sorted(needed - set(found)):
        shown = ", ".join(repr(name) for name in missing)
        raise SecretError(
            f"the source {source.name!r} needs a secret that is not there: {shown}",
            hint=_HINT.format(variable=variable_of(missing[0])),
        )
    return Vault({name: found[name] for name in source.secrets}, {name: found[name] for name in source.login_secrets})


def find_secrets(names: Iterable[str], home: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Those of the names that there is a secret of.

    Raises:
        SecretError: The file may be read by others, is no TOML, or a command in it fails.
    """
    found, file = {}, home / SECRETS_FILE
    table: dict[str, Any] | None = None
    for name in sorted(set(names)):
        value = environment.get(variable_of(name))
        if value is None:
            table = _read(file) if table is None else table
            value = _value(name, table.get(name), file)
        if value is not None:
            found[name] = _checked(name, value)
    return found


def variable_of(name: str) -> str:
    """The environment variable that a secret may be in."""
    return SECRETS + name.upper().replace("-", "_")


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise SecretError(
                    f"{file} may be read by others (mode {stat.S_IMODE(mode):04o}, expected 0600)",
                    hint=f"chmod 600 {file}, and change the secrets in it if others have an account here.",
                )
            return tomllib.load(opened)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # What the parser says shows a piece of the line.
        raise SecretError(f"{file} is not TOML", hint='A line is: name = "secret".') from None
    except OSError as error:
        raise SecretError(f"{file} cannot be read: {type(error).__name__}") from None


def _value(name: str, entry: object, file: Path) -> str | None:
    if entry is None or isinstance(entry, str):
        return entry
    command = entry.get("command") if isinstance(entry, dict) else None
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        raise SecretError(f"{file}: {name} is neither text nor a command", hint='Expected { command = ["pass", ...] }.')
    more = entry.get("environment", []) if isinstance(entry, dict) else []
    try:
        done = subprocess.run(  # noqa: S603  # the operator's own command, from his own file, without a shell
            command, capture_output=True, text=True, timeout=_COMMAND_S, check=False, env=bare_environment(more)
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SecretError(f"the command for the secret {name!r} failed: {type(error).__name__}") from None
    if done.returncode:
        raise SecretError(f"the command for the secret {name!r} ended with exit code {done.returncode}")
    return done.stdout.rstrip("\n")


def _checked(name: str, value: str) -> str:
    if len(value) < LEAST_CHARACTERS:
        raise SecretError(f"the secret {name!r} has fewer than {LEAST_CHARACTERS} characters")
    return value

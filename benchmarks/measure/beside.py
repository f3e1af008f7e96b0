"""Peers measured beside us, each in an environment of its own that is made when a benchmark asks for it."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
TARGETS = HERE.parent.parent / ".targets"


def install(name: str) -> Path:
    """The interpreter of a peer's environment, installed from its lock unless that was done before."""
    lock, folder = HERE / f"{name}.lock", TARGETS / name
    wanted, stamp = sha256(lock.read_bytes()).hexdigest(), folder / ".installed"
    python = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text(encoding="ascii") != wanted:
        sys.stderr.write(f"installing {name}\n")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603  # ourselves
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)  # noqa: S603  # from our own lock
        stamp.write_text(wanted, encoding="ascii")
    return python


def presidio_mb_s(text: Path) -> float:
    """MB/s of presidio-analyzer's recognisers for e-mail and Japanese phones on a text in UTF-8."""
    return _mb_s("presidio", text)


def hyperscan_mb_s(text: Path) -> float:
    """MB/s of hyperscan's search for two patterns, phones and mail addresses, on a text's bytes."""
    return _mb_s("hyperscan", text)


def _mb_s(name: str, text: Path) -> float:
    script = [str(install(name)), str(HERE / f"{name}_scan.py"), str(text)]
    done = subprocess.run(script, check=True, capture_output=True, text=True)  # noqa: S603  # our own script
    return float(done.stdout)

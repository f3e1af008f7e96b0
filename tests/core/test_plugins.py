"""Loading the plugins of a folder."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from core.plugins import PluginError, load_plugins

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

BASE = (
    "from abc import ABC, abstractmethod\nclass Base(ABC):\n    name = ''\n    @abstractmethod\n    def go(self): ...\n"
)
ONE = "from {0}.interface import Base\nclass One(Base):\n    name = {1!r}\n    def go(self): ...\n"


def make_package(folder: Path, name: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    for file, content in {"interface.py": BASE, **files}.items():
        (package / file).write_text(content)
    monkeypatch.syspath_prepend(folder)
    for module in [m for m in sys.modules if m.startswith(name)]:
        del sys.modules[module]
    return importlib.import_module(name)


def test_every_file_gives_its_plugin_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"b.py": ONE.format("pkg_a", "bee"), "a.py": ONE.format("pkg_a", "ay"), "_helper.py": "x = 1\n"}
    package = make_package(tmp_path, "pkg_a", files, monkeypatch)
    base = importlib.import_module("pkg_a.interface").Base
    assert list(load_plugins(package, base)) == ["ay", "bee"]


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("pkg_b", {"a.py": "x = 1\n"}, "defines no Base"),
        ("pkg_c", {"a.py": ONE.format("pkg_c", "same"), "b.py": ONE.format("pkg_c", "same")}, "already taken"),
        ("pkg_d", {"a.py": ONE.format("pkg_d", "")}, "empty"),
    ],
)
def test_a_file_that_breaks_the_contract_is_named(
    name: str, files: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package(tmp_path, name, files, monkeypatch)
    base = importlib.import_module(f"{name}.interface").Base
    with pytest.raises(PluginError, match=message):
        load_plugins(package, base)

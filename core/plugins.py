"""Plugins: a folder is an interface plus one file per implementation, and being in the folder is the registration.

A folder with many files keeps them in sub-folders by family; that changes nothing for whoever loads them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, TypeVar

from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

T = TypeVar("T")


class PluginError(HinomiError):
    """A plugin file breaks the contract of its folder."""


def load_plugins(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """Every concrete subclass of ``base`` defined below ``package``, by its ``name``, in the order of file names.

    Modules whose name starts with an underscore, and ``interface``, are helpers and hold no plugin.

    Raises:
        PluginError: A module holds no plugin, or two plugins share a name.
    """
    found: dict[str, type[T]] = {}
    for name in sorted(_plugin_modules(package.__path__, package.__name__), key=lambda name: name.rpartition(".")[2]):
        module = importlib.import_module(name)
        plugins = [
            member
            for _, member in inspect.getmembers(module, inspect.isclass)
            if issubclass(member, base) and member.__module__ == module.__name__ and not inspect.isabstract(member)
        ]
        if not plugins:
            raise PluginError(
                f"{module.__name__} defines no {base.__name__}", hint="A plugin is one class in one file of the folder."
            )
        for plugin in plugins:
            key = str(getattr(plugin, "name", ""))
            if not key or key in found:
                raise PluginError(f"{module.__name__}.{plugin.__name__} has the name {key!r}, empty or already taken")
            found[key] = plugin
    return found


def _plugin_modules(path: Iterable[str], package: str) -> Iterator[str]:
    """The modules below a package that should hold a plugin."""
    for found in pkgutil.iter_modules(path):
        name = f"{package}.{found.name}"
        if found.name.startswith("_") or found.name == "interface":
            continue
        if found.ispkg:
            yield from _plugin_modules(importlib.import_module(name).__path__, name)
        else:
            yield name

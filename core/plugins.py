"""Plugins: a folder is an interface plus one file per implementation, and being in the folder is the registration."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, TypeVar

from core.errors import HinomiError

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


class PluginError(HinomiError):
    """A plugin file breaks the contract of its folder."""


def load_plugins(package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """Every concrete subclass of ``base`` defined in a module of ``package``, by its ``name``, in file order.

    Modules whose name starts with an underscore, and ``interface``, are helpers and hold no plugin.

    Raises:
        PluginError: A module holds no plugin, or two plugins share a name.
    """
    found: dict[str, type[T]] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module_info.name.startswith("_") or module_info.name == "interface":
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
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
            name = str(getattr(plugin, "name", ""))
            if not name or name in found:
                raise PluginError(f"{module.__name__}.{plugin.__name__} has the name {name!r}, empty or already taken")
            found[name] = plugin
    return found

"""Imported before nbgrader, it saves a second: the gradebook needs little of what nbgrader imports.

nbgrader's package begins with its extensions of Jupyter's server, which a program without a browser never
asks. They are imported when somebody does ask the package for what it defines itself; each of its modules
imports what it needs anyway. So is setuptools, with which `nbgrader.utils` unpacks archives, and requests,
with which `nbgrader.auth` asks a JupyterHub.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from autograder import quick_jsonschema  # noqa: F401


ARCHIVES = "setuptools.archive_util"
UNPACKERS = ("unpack_archive", "unpack_tarfile", "unpack_zipfile")


class _Package(ModuleType):
    """The package nbgrader, which is executed when it is asked for something that is no module of it."""

    __spec__: ModuleSpec

    def __getattr__(self, name: str) -> Any:
        is_module = name.startswith("__") or importlib.util.find_spec(f"{self.__name__}.{name}")
        if is_module and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = ModuleType  # type: ignore[assignment]
        assert self.__spec__.loader
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _unpacker(name: str) -> Any:
    def unpack(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(ARCHIVES), name)(*args, **kwargs)

    return unpack


def _import_without_setuptools(name: str) -> None:
    if "setuptools" in sys.modules:
        return
    package, archives = ModuleType("setuptools"), ModuleType(ARCHIVES)
    vars(archives).update({each: _unpacker(each) for each in UNPACKERS})
    sys.modules |= {"setuptools": package, ARCHIVES: archives}
    try:
        importlib.import_module(name)
    finally:
        del sys.modules["setuptools"], sys.modules[ARCHIVES]


class _Later(ModuleType):
    """Stands for a module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(self.__name__), name)


def _import_without_requests(name: str) -> None:
    if "requests" in sys.modules:
        return
    sys.modules["requests"] = _Later("requests")
    try:
        importlib.import_module(name)
    finally:
        del sys.modules["requests"]


if "nbgrader" not in sys.modules and (_spec := importlib.util.find_spec("nbgrader")):
    _package = importlib.util.module_from_spec(_spec)
    _package.__class__ = _Package
    sys.modules["nbgrader"] = _package
    _import_without_setuptools("nbgrader.utils")
    _import_without_requests("nbgrader.auth")

"""The programs under `docs/reference` that write pages, as modules."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from support.projects import REPOSITORY

FOLDER = REPOSITORY / "docs" / "reference"


def generator(name: str) -> ModuleType:
    """The program `name`.py; it may import its neighbours, as it does when it is run."""
    specification = importlib.util.spec_from_file_location(f"page_of_{name}", FOLDER / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look there for the names of types
    sys.path.insert(0, str(FOLDER))
    try:
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module

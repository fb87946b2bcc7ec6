"""Where a folder of revision files is: a path beside the configuration, or a folder inside an installed package.

`blog/migrations` is a path. `blog:migrations` is the folder `migrations` of the package `blog`, wherever it is
installed; `shop.stock:migrations` is that of a package inside another. No code of the package is run to find it.
(Alembic writes `blog:migrations` as well; Django always means a package.)
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

from minimig.errors import ConfigError

IN_PACKAGE = re.compile(r"([^\W\d]\w+(?:\.[^\W\d]\w*)*):([^:]*)")
"""A package and a folder in it. One letter in front of the colon is a drive of Windows."""


def folder_at(text: str, root: Path, where: str) -> Path:
    """The folder that the text of `migrations` names. Raises ConfigError for a package that is not installed."""
    match = IN_PACKAGE.fullmatch(text)
    if match is None:
        # normpath, not resolve: messages should name the path that the user wrote, not where a link leads
        return Path(os.path.normpath(root / text))
    package, inside = match.groups()
    top, *below = package.split(".")
    home = _package(top, root)
    if home is None:
        raise ConfigError(
            f"`migrations`: there is no package {top}, or it is no folder",
            where=where,
            hint="install it into this environment, or write a path, relative to the configuration file",
        )
    return Path(os.path.normpath(home.joinpath(*below, inside)))


def _package(name: str, root: Path) -> Path | None:
    """The folder of a package, beside the configuration, under `src`, or installed."""
    for folder in (root / name, root / "src" / name):
        if folder.is_dir():
            return folder
    try:
        spec = importlib.util.find_spec(name)
    except (ValueError, ImportError):  # a module in sys.modules that knows nothing of where it came from
        module = sys.modules.get(name)
        spec = None if module is None else module.__spec__
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    return next((Path(folder) for folder in folders if Path(folder).is_dir()), None)

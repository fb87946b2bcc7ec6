"""Folders of revision files: beside the configuration, or inside a package wherever it is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from minimig.errors import ConfigError
from minimig.locations import folder_at


def test_a_path_is_relative_to_the_configuration(tmp_path: Path) -> None:
    """A path is put under the folder of the configuration, and an absolute one stays."""
    assert folder_at("blog/migrations", tmp_path, "") == tmp_path / "blog" / "migrations"
    assert folder_at("../x", tmp_path, "") == tmp_path.parent / "x"
    assert folder_at(str(tmp_path), Path("/elsewhere"), "") == tmp_path
    assert folder_at("C:/blog", tmp_path, "") == tmp_path / "C:" / "blog"


def test_a_package_is_found_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`package:folder` is inside an installed package, or one below it, and nothing of it is executed."""
    home = tmp_path / "site"
    (home / "stockroom" / "inner").mkdir(parents=True)
    (home / "stockroom" / "__init__.py").write_text("raise RuntimeError('executed')")
    monkeypatch.syspath_prepend(str(home))
    project = tmp_path / "project"
    assert folder_at("stockroom:migrations", project, "") == home / "stockroom" / "migrations"
    assert folder_at("stockroom.inner:db/migrations", project, "") == home / "stockroom" / "inner" / "db" / "migrations"
    assert "stockroom" not in sys.modules


def test_a_package_beside_the_configuration_comes_first(tmp_path: Path) -> None:
    """The project's own package is found without being on the import path, under `src` too."""
    (tmp_path / "src" / "json").mkdir(parents=True)
    assert folder_at("json:migrations", tmp_path, "") == tmp_path / "src" / "json" / "migrations"


@pytest.mark.parametrize("text", ["no_such_package:migrations", "abc:migrations", "sys:migrations"])
def test_what_is_no_package_is_refused(text: str, tmp_path: Path) -> None:
    """A package that is missing, and a module that is no folder, are named with the place of the configuration."""
    with pytest.raises(ConfigError, match="there is no package") as caught:
        folder_at(text, tmp_path, "minimig.toml")
    assert caught.value.where == "minimig.toml"

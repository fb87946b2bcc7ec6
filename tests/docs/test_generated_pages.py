"""Commands and JSON shapes: the pages say what the commands say, and leave none out."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import click
import pytest

from minimig.cli.main import COMMANDS, cli
from support.projects import REPOSITORY

FOLDER = REPOSITORY / "docs" / "reference"


def generator(name: str) -> ModuleType:
    """The program that writes a page."""
    specification = importlib.util.spec_from_file_location(f"page_of_{name}", FOLDER / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("name", "page"), [("commands", "commands"), ("json_shapes", "json")])
def test_the_page_says_what_the_code_says(name: str, page: str) -> None:
    """Nobody changed a help text or a shape without writing the page again."""
    assert (FOLDER / f"{page}.md").read_text(encoding="utf-8") == generator(name).page(), (
        f"run: python docs/reference/{name}.py"
    )


def test_every_json_has_a_run() -> None:
    """Each command that takes --json is shown."""
    shown = {words.split()[0] for _, words, _ in generator("json_shapes").STORY}
    context = click.Context(cli)
    taking = {
        name
        for name in COMMANDS
        if (command := cli.get_command(context, name)) and any("--json" in each.opts for each in command.params)
    }
    assert taking - {"explain"} == shown  # which prints lines of events: docs/howto/explain.md

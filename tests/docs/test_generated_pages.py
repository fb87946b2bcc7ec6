"""Commands and JSON shapes: the pages say what the commands say, and leave none out."""

from __future__ import annotations

import click
import pytest

from minimig.cli.main import COMMANDS, cli
from support.generators import FOLDER, generator


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

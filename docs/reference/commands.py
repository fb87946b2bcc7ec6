"""Writes `commands.md`: the help page of every command, as `minimig COMMAND --help` prints it.

    python docs/reference/commands.py

A test compares the page with what the commands say today.
"""

from __future__ import annotations

from pathlib import Path

import click

from minimig.cli.main import COMMANDS, cli

PAGE = Path(__file__).with_name("commands.md")
WIDTH = 100
HEAD = """\
# Commands

What `minimig COMMAND --help` prints, for every command. In front of a command stand the
[options of every command](configuration.md#options-of-every-command); what a command ends with is said by its
[exit code](errors-and-exit-codes.md), and what `--json` prints stands in [JSON](json.md).

The page is made by `python docs/reference/commands.py`.
"""


def main() -> None:
    """Write the page again."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    rows = "".join(f"| [{name}](#minimig-{name}) | {words} |\n" for name, (_, words) in COMMANDS.items())
    table = f"| command | |\n|---|---|\n{rows}"
    parts = [f"## minimig {name}\n\n```text\n{_help(name)}\n```\n" for name in COMMANDS]
    return "\n".join([HEAD, table, f"## minimig\n\n```text\n{_help()}\n```\n", *parts])


def _help(name: str | None = None) -> str:
    outer = click.Context(cli, info_name="minimig", terminal_width=WIDTH, **cli.context_settings)
    if name is None:
        return _plain(cli.get_help(outer))
    command = cli.get_command(outer, name)
    if command is None:
        raise LookupError(name)
    return _plain(command.get_help(click.Context(command, outer, info_name=name, terminal_width=WIDTH)))


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in click.unstyle(text).splitlines())


if __name__ == "__main__":
    main()

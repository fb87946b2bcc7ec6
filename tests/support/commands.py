"""Whether the words of a command, as a page or a file shows them, mean something to `minimig`."""

from __future__ import annotations

import re

import click

from minimig.cli.main import COMMANDS, cli


def check_words(words: list[str]) -> None:
    """Raise AssertionError for a command or an option that does not exist."""
    known = {name for parameter in cli.params for name in (*parameter.opts, *parameter.secondary_opts)}
    takes = {name for parameter in cli.params if not getattr(parameter, "is_flag", False) for name in parameter.opts}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0).partition("=")[0]
        assert option in {*known, "--help", "-h"}, f"minimig has no option {option}"
        if option in takes and rest:
            rest.pop(0)
    if not rest:
        return
    assert rest[0] in COMMANDS, f"there is no command {rest[0]}"
    if rest[0] == "explain":  # behind its own options stands another command, with options of its own
        own = [place for place, word in enumerate(rest) if place and word in COMMANDS]
        if own:
            check_words(rest[own[0] :])
            rest = rest[: own[0]]
    command = cli.get_command(click.Context(cli), rest[0])
    assert command is not None
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for word in rest[1:]:
        if re.match(r"--?[a-z]", word):
            option = word.partition("=")[0]
            assert option in {*known, "--help", "-h"}, f"minimig {rest[0]} has no option {option}"

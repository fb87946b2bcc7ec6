"""`minimig migrate` where there is nothing to do: answered before the command is imported."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from minimig.cli.context import Session
from minimig.commands.at_rest import is_at_rest
from minimig.errors import MinimigError


def is_answered(session: Session, words: Sequence[str]) -> bool:
    """Whether there is nothing to do, and that has been said; `words` are options that change no more than this."""
    by_variable = any(name.startswith("MINIMIG_MIGRATE_") for name in os.environ)  # click takes options from there
    if by_variable or session.verbosity > 1 or session.trace:
        return False
    try:
        settings = session.settings()
    except MinimigError:
        return False  # the command meets it again, and tells
    try:
        if not is_at_rest(settings):
            return False
    except MinimigError as error:
        error.masked(session.secrets())
        raise
    if session.verbosity and not words:
        click.echo("Nothing to do: the database is up to date.")
    return True

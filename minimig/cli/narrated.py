"""`--explain`: what the stages of a command got and gave, told on stderr while it runs.

Its result stays on stdout. Nothing is imported for it before somebody asks.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from minimig.cli.context import STDOUT, Session, deferred, reader_is_gone
from minimig.errors import UsageError
from minimig.masking import mask_data, mask_text
from minimig.stages import untold

DEPTH = click.option(
    "--depth",
    type=click.IntRange(1, 3),
    help="With --explain: 1 a line for each stage, 2 with its values, 3 with everything, SQL included.",
)
STYLES: dict[str, dict[str, Any]] = {"title": {"bold": True}, "idea": {"dim": True}}


def explain_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --explain and --depth; its Session has a narrator then. Stands above `pass_session`."""

    def told(*, explain: bool, depth: int | None, **options: Any) -> Any:
        ctx = click.get_current_context()
        session: Session = ctx.obj
        if depth is not None and not explain:
            raise UsageError("--depth says how deep --explain goes", hint="add --explain, or leave --depth out")
        if explain and session.tell is untold:
            deeper = replace(session, verbosity=session.verbosity + options.get("more", 0))
            teller = narrated(deeper, depth, numbered=False, as_json=bool(options.get("as_json"))).tell
            ctx.obj = replace(session, tell=teller)
        return command(**options)

    option = click.option("--explain", is_flag=True, help="Tell each stage as it happens, on stderr.")
    return option(DEPTH(functools.update_wrapper(told, command)))


def refuse_together(session: Session, **options: bool) -> None:
    """Raise UsageError for a run on many databases at once: one narrator follows one."""
    for name, wanted in options.items():
        if wanted and session.tell is not untold:
            raise UsageError(
                f"--{name.replace('_', '-')} works on several databases at once, and cannot be explained",
                hint="explain a run on one of them: --database NAME, or --url with a single tenant's URL",
            )


def narrated(session: Session, depth: int | None, *, numbered: bool, as_json: bool, to_stdout: bool = False) -> Session:
    """The session with a narrator in it; -v goes one deeper."""
    everything, values = 3, 2
    deep = depth or (everything if as_json else min(everything, values + max(session.verbosity - 1, 0)))
    write = _Lines(session, to_stdout=to_stdout, as_json=as_json)
    narrator = deferred("minimig.narration.narrator").Narrator(write, depth=deep, numbered=numbered, as_json=as_json)
    return replace(session, tell=narrator)


class _Lines:
    """Prints lines without any secret of the configuration, until nobody reads them."""

    def __init__(self, session: Session, *, to_stdout: bool, as_json: bool) -> None:
        self._secrets = session.secrets()
        self._stdout = to_stdout
        self._as_json = as_json
        self._quiet = False

    def __call__(self, line: str, kind: str) -> None:
        if self._quiet:
            return
        text = self._masked_json(line) if self._as_json else mask_text(line, self._secrets)
        text = click.style(text, **STYLES.get(kind, {}))
        file = click.get_current_context().meta.get(STDOUT) if self._stdout else None
        try:
            click.echo(text, file=file, err=not self._stdout)
        except OSError:  # a run must not stop because nobody reads
            self._quiet = True
            reader_is_gone()

    def _masked_json(self, line: str) -> str:
        """Masked before it is quoted: JSON spells quotes, backslashes and letters beyond ASCII in its own way."""
        return json.dumps(mask_data(json.loads(line), self._secrets))

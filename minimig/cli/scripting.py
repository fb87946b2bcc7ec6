"""`--sql` of `minimig migrate`, `upgrade`, `downgrade` and `stamp`: the run as a script on stdout or in a file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from minimig.cli.context import Session, deferred, refuse_options, say
from minimig.cli.printing import print_json, print_source
from minimig.errors import UsageError
from minimig.files import write_files
from minimig.runtime.plan import Direction


@dataclass(frozen=True)
class ScriptWords:
    """What somebody said about a script. `wanted` is `--sql`; without it, nothing else of it may be said."""

    wanted: bool = False
    start: tuple[str, ...] = ()
    dialect: str | None = None
    output: Path | None = None
    one_transaction: bool = False
    idempotent: bool = False
    mark_missing: bool = False

    def check(self, *ranges: str | None, **others: object) -> None:
        """Raise UsageError for what goes only with `--sql`, or never does; `others` are the other options given."""
        if self.wanted:
            for name, value in others.items():
                if value:
                    raise UsageError(f"--sql writes a script, and goes without --{name.replace('_', '-')}")
            return
        said = {
            "--from": self.start,
            "--dialect": self.dialect,
            "--output": self.output,
            "--idempotent": self.idempotent,
            "--mark-missing": self.mark_missing,
        }
        for name, value in said.items():
            if value:
                raise UsageError(f"{name} is about a script", hint="add --sql; nothing was changed")
        for word in ranges:
            if word is not None and ":" in word:
                raise UsageError(
                    f"{word!r} is a range, and a live database knows itself where it stands",
                    hint=f"name the end alone, {word.rpartition(':')[2] or 'head'!r}, or add --sql for a script",
                )


_OPTIONS = {
    "wanted": click.option("--sql", "wanted", is_flag=True, help="Print the run as a script; connect to nothing."),
    "start": click.option(
        "--from", "start", multiple=True, metavar="WHERE", help="Where the script's database stands; may be repeated."
    ),
    "dialect": click.option("--dialect", metavar="NAME", help="Write the script for this dialect, not the URL's."),
    "output": click.option(
        "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the script into this file."
    ),
    "one_transaction": click.option(
        "--atomic-run", "one_transaction", is_flag=True, help="One transaction for all, not one per migration."
    ),
    "idempotent": click.option(
        "--idempotent", is_flag=True, help="Each migration of the script looks first whether the database has it."
    ),
    "mark_missing": click.option(
        "--mark-missing", is_flag=True, help="A comment, not an error, where a step needs a live connection."
    ),
}


def script_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command these options of a script (all by default), and hand them to it together as `script`."""
    chosen = names or tuple(_OPTIONS)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        def with_words(**options: Any) -> Any:
            words = ScriptWords(**{name: options.pop(name) for name in chosen})
            return command(script=words, **options)

        decorated: Callable[..., Any] = functools.update_wrapper(with_words, command)
        for name in reversed(chosen):
            decorated = _OPTIONS[name](decorated)
        return decorated

    return decorate


def run_as_script(
    session: Session,
    script: ScriptWords,
    app: str | None,
    target: str | None,
    *,
    direction: Direction | None = None,
    fake: bool = False,
    as_json: bool = False,
) -> int:
    """Write the script of a run. The target may be a range, whose left side is where the script begins."""
    refuse_options(app, target)
    scripting = deferred("minimig.commands.scripting")
    app, target, start = _split(app, target, script.start)
    if direction is Direction.BACKWARD and not start:
        raise UsageError(
            "a script cannot ask the database where it stands",
            hint=f"say it: minimig downgrade WHERE:{target or app} --sql, or --from WHERE",
        )
    options = scripting.ScriptOptions(
        start,
        script.dialect,
        direction,
        fake,
        script.one_transaction,
        script.idempotent,
        script.mark_missing,
    )
    return _show(
        session, script, scripting.script_project(_project(session, app or target), app, target, options), as_json
    )


def stamp_as_script(
    session: Session, script: ScriptWords, words: tuple[str, ...], *, purge: bool, as_json: bool
) -> int:
    """Write the script of a stamp. A revision may be a range, whose left side is where the script begins."""
    refuse_options(*words)
    scripting = deferred("minimig.commands.scripting")
    start, places = script.start, []
    for word in words:
        place, _, start = _split(word, None, start)
        places.append(place or "heads")
    made = scripting.script_stamp(_project(session), places, start=start, dialect=script.dialect, purge=purge)
    return _show(session, script, made, as_json)


def _split(
    app: str | None, target: str | None, start: tuple[str, ...]
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """The words of a target without the left side of a range, which joins those of the start."""
    word = app if target is None else target
    if word is None or ":" not in word:
        return app, target, start
    left, _, right = word.partition(":")
    if target is None:
        return right or None, None, (*start, *([left] if left else []))
    return app, right or "head", (*start, *([f"{app}.{left.removeprefix(f'{app}.')}"] if left else []))


def _project(session: Session, app: str | None = None) -> Any:
    settings = deferred("minimig.cli.databases").home_of(app, session.settings())
    return session.project(settings)


def _show(session: Session, script: ScriptWords, made: Any, as_json: bool) -> int:
    if script.output is not None:
        path = session.folder / script.output
        write_files({path: made.text.encode()}, replacing=[path])
        if session.verbosity:
            click.echo(f"Wrote {session.relative(path)}", err=True)
    for where in made.left_out if session.verbosity else ():
        say(f"a comment in the script stands for {where}", "warning: ")
    if as_json:
        print_json(str(click.get_current_context().info_name), made.to_dict())
    elif script.output is None:
        print_source(made.text, nl=False)
    return 0

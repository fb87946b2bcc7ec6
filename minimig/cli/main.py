"""The `minimig` command: global options, and commands that are imported only when they are called.

`minimig --help` must answer at once, so neither SQLAlchemy nor networkx may be imported here. An error of ours is
printed in four lines at most and sets the exit code; anything else is a bug of minimig and keeps its traceback.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import click

from minimig.cli.context import Session, deferred, reader_is_gone, show_error
from minimig.cli.help import HelpContext
from minimig.cli.terminal import is_dumb, never_fail_to_encode
from minimig.errors import MinimigError, UsageError, nearest
from minimig.masking import mask_text, secrets_of_variables
from minimig.version import __version__

PLAIN: tuple[list[str], ...] = ([], ["--check"], ["-q"], ["--quiet"])
"""What may stand behind `migrate` where it is asked first whether there is anything to do; see `at_rest`."""

PLUGGED = "minimig.cli.plugged"
"""Commands of other packages: finding them takes a fifth of the time that the rest of a start does."""

COLLECT_AFTER = 50_000
"""How many objects are made before Python looks for circles among them; it would after 700, and states are large."""

COMMANDS = {
    "init": ("minimig.cli.starting", "Set up minimig in this folder."),
    "makemigrations": ("minimig.cli.authoring", "Write revision files for what changed in the models."),
    "migrate": ("minimig.cli.applying", "Bring the database to a revision, by default to the newest."),
    "upgrade": ("minimig.cli.directed", "Apply revisions up to a target."),
    "downgrade": ("minimig.cli.directed", "Take revisions back down to a target."),
    "stamp": ("minimig.cli.stamping", "Record where the database stands, without running anything."),
    "showmigrations": ("minimig.cli.inspecting", "List revisions and which of them the database has."),
    "sqlmigrate": ("minimig.cli.inspecting", "Print the SQL of one revision."),
    "squashmigrations": ("minimig.cli.squashing", "Write one revision in place of several."),
    "optimizemigration": ("minimig.cli.rewriting", "Fold the operations of one revision file."),
    "merge": ("minimig.cli.merging", "Join revisions whose histories have parted."),
    "rebase": ("minimig.cli.rewriting", "Put one branch of a history behind the other."),
    "edit": ("minimig.cli.rewriting", "Open revision files in an editor, and check them."),
    "tag": ("minimig.cli.tagging", "Give a place in the history a name."),
    "history": ("minimig.cli.history", "List revisions, newest first."),
    "heads": ("minimig.cli.history", "List the last revision of each app."),
    "branches": ("minimig.cli.history", "List where histories part."),
    "show": ("minimig.cli.history", "Show all that a revision file says of itself."),
    "current": ("minimig.cli.history", "Show where the database stands."),
    "graph": ("minimig.cli.history", "Draw the history with its branches and merges."),
    "explore": ("minimig.cli.exploring", "Write one HTML page to walk through the history."),
    "config": ("minimig.cli.configuring", "Show every setting and where it comes from."),
    "repair": ("minimig.cli.repairing", "List what is wrong between database and files, and mend it."),
    "diagnose": ("minimig.cli.diagnosing", "Tell in one verdict how files, history and database stand."),
    "ensure-version": ("minimig.cli.stamping", "Create the version table if it is missing."),
    "check": ("minimig.cli.comparing", "Compare models, revision files and database."),
    "diff": ("minimig.cli.comparing", "Show what leads from one schema to another."),
    "snapshot": ("minimig.cli.comparing", "Write a schema down, to compare with it later."),
    "inspectdb": ("minimig.cli.generating", "Write models from the tables of the database."),
    "explain": ("minimig.cli.explaining", "Run a command and tell its stages, or say what an error code means."),
    "list-templates": ("minimig.cli.starting", "List the small projects that init can begin with."),
    "demo": ("minimig.cli.starting", "Watch the whole story on a temporary copy of the example project."),
}


def _imported(name: str) -> ModuleType:
    """A module, imported without looking for garbage: there is none, and looking takes a tenth of the time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        if looking:
            if gc.get_threshold()[0] == COLLECT_AFTER:  # a process of ours, in which modules stay
                gc.freeze()
            gc.enable()


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called. Other packages may bring more."""

    context_class = HelpContext
    table: Mapping[str, tuple[str, str]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            found: click.Command | None = deferred(PLUGGED).plugged_command(cmd_name)
            return found
        return self._own(cmd_name)

    def _own(self, cmd_name: str) -> click.Command:
        module = _imported(self.table[cmd_name][0])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        command.context_class = HelpContext
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if (
            name not in self.table
            and not name.startswith("-")
            and name not in (others := deferred(PLUGGED).plugged_commands())
        ):
            raise UsageError(
                f"there is no command {name!r}",
                hint=nearest(name, [*self.table, *others]) or f"see {ctx.command_path} --help",
                code="MM203",
            )
        if name == "migrate" and args[1:] in PLAIN:
            return name, self._migrate_at_rest(args[1:]), []
        return super().resolve_command(ctx, args)

    def _migrate_at_rest(self, words: list[str]) -> click.Command:
        """The command for the deploy that changes nothing; where there is more to do or to say, `migrate` itself."""

        @click.command("migrate")
        @click.pass_context
        def ask(ctx: click.Context) -> Any:
            if _imported("minimig.cli.at_rest").is_answered(ctx.obj, words):
                return 0
            command = self._own("migrate")
            with command.make_context("migrate", words, parent=ctx.parent) as inner:
                return command.invoke(inner)

        return ask

    def invoke(self, ctx: click.Context) -> Any:
        choose_colours(ctx, ctx.params.get("color"))  # before a word that names no command makes an error
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # caught here, because click itself would make it exit code 1
            reader_is_gone()
            return 0
        except MinimigError as error:  # here, because here is known whether there shall be colours
            show_error(error)
            ctx.exit(error.exit_code)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])
        found: dict[str, str] = deferred(PLUGGED).plugged_commands()
        others = [(name, f"From {packages}.") for name, packages in found.items() if name not in COMMANDS]
        if others:
            with formatter.section("Commands of other packages"):
                formatter.write_dl(others)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MINIMIG"})
@click.option("-c", "--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file to read.")
@click.option(
    "-C",
    "--chdir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started in this folder.",
)
@click.option("--url", allow_from_autoenv=False, help="Database URL, in place of the configured one.")
@click.option("--database", metavar="NAME", help="Which database, where there are several.")
@click.option("-x", "extra", multiple=True, metavar="KEY=VALUE", help="A value for the env file and data steps.")
@click.option("-v", "--verbose", count=True, help="Say more; may be repeated.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for, and errors.")
@click.option("--traceback", "trace", is_flag=True, help="With an error, show where in the code it came from.")
@click.option("--color/--no-color", "color", default=None, help="Colours always or never, not only on a terminal.")
@click.version_option(__version__, prog_name="minimig")
@click.pass_context
def cli(
    ctx: click.Context,
    config: Path | None,
    chdir: Path | None,
    url: str | None,
    database: str | None,
    extra: tuple[str, ...],
    verbose: int,
    quiet: bool,
    trace: bool,
    color: bool | None,
) -> None:
    """Migrations for SQLAlchemy: models in, readable revision files out, every database brought up to date.

    \b
    A first round:
      minimig init
      minimig makemigrations
      minimig migrate
    """
    begin(ctx, color)
    ctx.obj = Session(
        folder=(chdir or Path.cwd()).resolve(),
        config=config,
        url=url,
        extra=extra,
        database=database,
        verbosity=0 if quiet else 1 + verbose,
        trace=trace,
    )


def choose_colours(ctx: click.Context, color: bool | None) -> None:
    """As the option says, else none with NO_COLOR or on a dumb terminal, else those that the output can show."""
    ctx.color = color if color is not None else False if os.environ.get("NO_COLOR") or is_dumb() else None


def begin(ctx: click.Context, color: bool | None = None) -> None:
    """What holds for every command: colours as they are wanted, no warnings that minimig knows the answer to."""
    choose_colours(ctx, color)
    # SQLAlchemy's word about a type of the database that it has no class for: minimig takes the type as it stands.
    warnings.filterwarnings("ignore", message="Did not recognize type")
    # Of sqlacodegen, which inspectdb asks: two tables that point to each other are no reason to warn.
    warnings.filterwarnings("ignore", message="Cannot correctly sort tables")
    # Of PostgreSQL before 18, for each such column: minimig compares what the database made of it.
    warnings.filterwarnings("ignore", message="Computed column .* is being created as 'STORED'")


def _print_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    text = "".join(traceback.format_exception(kind, error, trace))
    click.echo(mask_text(text, secrets_of_variables(os.environ.items())), err=True, nl=False)


def _in_our_words(error: click.ClickException, context: click.Context | None) -> MinimigError:
    """An error of click's in the shape of all others: what is wrong, and how the command is called."""
    if context is None:
        return MinimigError(error.format_message())
    called = " ".join(context.get_usage().split()).removeprefix("Usage: ")
    return UsageError(error.format_message(), hint=f"{called}; more: {context.command_path} --help")


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and leave the process with the exit code of DESIGN section 7."""
    if arguments is None:  # this process is ours, and a bug of ours must not print a password either
        sys.excepthook = _print_traceback
        never_fail_to_encode(sys.stdout, sys.stderr)
        gc.set_threshold(COLLECT_AFTER, 20, 50)
    try:
        code = cli.main(args=arguments, prog_name="minimig", standalone_mode=False)
    except MinimigError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        if context is not None and context.color is None:
            choose_colours(context, None)
        with nullcontext() if context is None else context.scope(cleanup=False):
            show_error(_in_our_words(error, context))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\ninterrupted", err=True)
        sys.exit(130)
    except OSError as error:
        if error.filename is not None:
            raise
        reader_is_gone()  # only a stream has no file name; what it still holds cannot be written either
        show_error(MinimigError(f"the output cannot be written: {error.strerror}"))
        sys.exit(1)
    if arguments is None:
        gc.freeze()  # what lives to the end goes with the process: nobody need look through it once more
    sys.exit(code if isinstance(code, int) else 0)

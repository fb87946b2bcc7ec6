"""The `minimig` command: global options, and commands that are imported only when they are called.

`minimig --help` must answer at once, so neither SQLAlchemy nor networkx may be imported here. An error of ours is
printed in four lines at most and sets the exit code; anything else is a bug of minimig and keeps its traceback.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click

from minimig.cli.context import Session, reader_is_gone, show_error
from minimig.errors import MinimigError, UsageError, nearest
from minimig.version import __version__

COMMANDS = {
    "init": ("minimig.cli.starting", "Set up minimig in this folder."),
    "makemigrations": ("minimig.cli.authoring", "Write revision files for what changed in the models."),
    "migrate": ("minimig.cli.applying", "Bring the database to a revision, by default to the newest."),
    "upgrade": ("minimig.cli.applying", "Apply revisions up to a target."),
    "downgrade": ("minimig.cli.applying", "Take revisions back down to a target."),
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
    "repair": ("minimig.cli.repairing", "List what is wrong between database and files, and mend it."),
    "diagnose": ("minimig.cli.diagnosing", "Tell in one verdict how files, history and database stand."),
    "ensure-version": ("minimig.cli.stamping", "Create the version table if it is missing."),
    "check": ("minimig.cli.comparing", "Compare models, revision files and database."),
    "diff": ("minimig.cli.comparing", "Show what leads from one schema to another."),
    "snapshot": ("minimig.cli.comparing", "Write a schema down, to compare with it later."),
    "inspectdb": ("minimig.cli.generating", "Write models from the tables of the database."),
    "demo": ("minimig.cli.starting", "Watch the whole story on a temporary copy of the example project."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UsageError(
                f"there is no command {args[0]!r}", hint=nearest(args[0], COMMANDS) or "see minimig --help"
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # caught here, because click itself would make it exit code 1
            reader_is_gone()
            return 0

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MINIMIG"})
@click.option("-c", "--config", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file to read.")
@click.option(
    "-C",
    "--chdir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started in this folder.",
)
@click.option("--url", allow_from_autoenv=False, help="Database URL, in place of the configured one.")
@click.option("-x", "extra", multiple=True, metavar="KEY=VALUE", help="A value for the project's env file.")
@click.option("-v", "--verbose", count=True, help="Say more; may be repeated.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for, and errors.")
@click.version_option(__version__, prog_name="minimig")
@click.pass_context
def cli(
    ctx: click.Context,
    config: Path | None,
    chdir: Path | None,
    url: str | None,
    extra: tuple[str, ...],
    verbose: int,
    quiet: bool,
) -> None:
    """Migrations for SQLAlchemy: models in, readable revision files out, every database brought up to date.

    \b
    A first round:
      minimig init
      minimig makemigrations
      minimig migrate
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    # SQLAlchemy's word about a type of the database that it has no class for: minimig takes the type as it stands.
    warnings.filterwarnings("ignore", message="Did not recognize type")
    # Of PostgreSQL before 18, for each such column: minimig compares what the database made of it.
    warnings.filterwarnings("ignore", message="Computed column .* is being created as 'STORED'")
    ctx.obj = Session(
        folder=(chdir or Path.cwd()).resolve(),
        config=config,
        url=url,
        extra=extra,
        verbosity=0 if quiet else 1 + verbose,
    )


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and leave the process with the exit code of DESIGN section 7."""
    try:
        code = cli.main(args=arguments, prog_name="minimig", standalone_mode=False)
    except MinimigError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
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
    sys.exit(code if isinstance(code, int) else 0)

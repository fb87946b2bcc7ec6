"""`minimig inspectdb`."""

from __future__ import annotations

from pathlib import Path

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.printing import print_source
from minimig.commands.inspectdb import GENERATORS, Inspection, inspect_database
from minimig.commands.project import Project
from minimig.files import write_files


@click.command()
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file for the models.")
@click.option("--schema", "schemas", multiple=True, metavar="S", help="Read this schema; may be repeated.")
@click.option("--generator", type=click.Choice(GENERATORS), default="declarative", help="The style of the models.")
@click.option("--views", is_flag=True, help="Write views as well, as if they were tables.")
@pass_session
def inspectdb(
    session: Session,
    tables: tuple[str, ...],
    output: Path | None,
    schemas: tuple[str, ...],
    generator: str,
    views: bool,
) -> None:
    """Write models from the tables of the database. Nothing in it is changed.

    Needs the package sqlacodegen: pip install 'minimig[inspect]'. Read the models before you trust them.

    \b
    Examples:
      minimig inspectdb
      minimig inspectdb posts tags --generator tables
      minimig inspectdb --schema shop --schema crm -o shop/models.py
    """
    project: Project = session.project()
    written = inspect_database(project, Inspection(tables, schemas or (None,), generator, views))
    if output is None:
        print_source(written.source, nl=False)
    else:
        path = session.folder / output
        write_files({path: written.source.encode()})
        if session.verbosity:
            click.echo(f"Wrote {session.relative(path)}")
    for words in written.left_out:
        click.echo(f"Not written: {words}", err=True)

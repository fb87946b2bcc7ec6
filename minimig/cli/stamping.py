"""`minimig stamp`, `ensure-version`."""

from __future__ import annotations

import click

from minimig.cli.applying import LOCK, STEPS
from minimig.cli.context import Session, deferred, pass_session, tag_option
from minimig.cli.printing import json_option, print_json
from minimig.cli.scripting import ScriptWords, script_options, stamp_as_script
from minimig.cli.tenant_options import TenantChoice, tenant_options
from minimig.commands.project import Project
from minimig.commands.stamping import ensure_version as ensure
from minimig.commands.stamping import stamp as stamp_project


@click.command(context_settings=STEPS)
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...")
@click.option("--purge", is_flag=True, help="Empty the version table first, rows without a file included.")
@LOCK
@tag_option
@tenant_options
@json_option
@script_options("wanted", "start", "dialect", "output")
@pass_session
def stamp(
    session: Session,
    revisions: tuple[str, ...],
    purge: bool,
    lock_timeout: float | None,
    as_json: bool,
    script: ScriptWords,
    tenants: TenantChoice | None,
) -> int:
    """Record that the database stands at these revisions, without running anything.

    The apps that are named end at exactly these revisions; others keep what they have.

    \b
    Examples:
      minimig stamp heads                      (a database made by create_all)
      minimig stamp blog.0003 shop.0001
      minimig stamp blog.zero
      minimig stamp --purge heads
      minimig stamp heads --sql        (as a script, for an empty version table)
      minimig stamp heads --tenants
    """
    script.check(*revisions, tenants=tenants)
    if script.wanted:
        return stamp_as_script(session, script, revisions, purge=purge, as_json=as_json)
    if tenants is not None:
        module = deferred("minimig.cli.tenants")
        code: int = module.stamp_all(session, tenants, revisions, lock_timeout, purge=purge, as_json=as_json)
        return code
    project: Project = session.project()
    result = stamp_project(project, revisions, purge=purge, lock_timeout=lock_timeout)
    if as_json:
        print_json("stamp", result.to_dict())
    elif session.verbosity:
        for verb, names in (("Forgot", result.forgotten), ("Recorded", result.recorded)):
            for revision in names:
                click.echo(f"  {verb} {click.style(revision, bold=True)}")
        if not result.forgotten and not result.recorded:
            click.echo("Nothing to do: the database stands there already.")
    return 0


@click.command(name="ensure-version")
@json_option
@pass_session
def ensure_version(session: Session, as_json: bool) -> None:
    """Create the version table if it is missing. What it holds stays as it is.

    \b
    Example:
      minimig ensure-version      (as a user who may create tables)
    """
    project: Project = session.project()
    made = ensure(project)
    table = project.recorder.table.key
    if as_json:
        print_json("ensure-version", {"table": table, "created": made})
    elif session.verbosity:
        click.echo(f"Created version table {table}." if made else f"Version table {table} is there.")

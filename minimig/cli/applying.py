"""`minimig migrate`, and what it shares with the other commands that run migrations."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from minimig.cli.context import Session, deferred, pass_session, refuse_options, tag_option
from minimig.cli.databases import Emit, homes_of, over_databases
from minimig.cli.narrated import explain_options, refuse_together
from minimig.cli.printing import json_option
from minimig.cli.pruning import prune_rows_of
from minimig.cli.running import run
from minimig.cli.scripting import ScriptWords, run_as_script, script_options
from minimig.cli.tenant_options import TenantChoice, tenant_options
from minimig.cli.waiting import care_options
from minimig.commands.applying import MigrateOptions
from minimig.config import Settings
from minimig.errors import UsageError

LOCK = click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    show_default=f"{Settings.lock_timeout:g}, or lock_timeout",
    metavar="SECONDS",
    help="How long to wait while another run is at work.",
)
PLAN = click.option("--plan", is_flag=True, help="Show migrations and operations; change nothing.")
FROM_RECORD = click.option(
    "--from-record", is_flag=True, help="First take back what has no file any more, by what the version table recorded."
)
ASSUME = click.option(
    "--assume",
    type=click.Choice(["done", "again"]),
    help="What became of the statement that an interrupted run leaves in doubt.",
)
STEPS = {"ignore_unknown_options": True}
"""Settings of commands that take `-1` as a target."""


@click.command(context_settings=STEPS)
@click.argument("app", required=False)
@click.argument("target", required=False)
@PLAN
@click.option("--fake", is_flag=True, help="Record as applied (or taken back) without running anything.")
@click.option("--fake-initial", is_flag=True, help="Only record first migrations whose tables are there already.")
@FROM_RECORD
@click.option("--check", is_flag=True, help="Change nothing; exit 4 when there is something to do.")
@click.option("--prune", is_flag=True, help="Only forget rows of revisions whose file is gone.")
@LOCK
@ASSUME
@tag_option
@care_options
@click.option("--two-phase", is_flag=True, help="All databases or none: prepare in each, then commit (PostgreSQL).")
@tenant_options
@json_option
@script_options()
@explain_options
@pass_session
def migrate(
    session: Session,
    app: str | None,
    target: str | None,
    plan: bool,
    fake: bool,
    fake_initial: bool,
    from_record: bool,
    check: bool,
    prune: bool,
    lock_timeout: float | None,
    assume: str | None,
    two_phase: bool,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
    tenants: TenantChoice | None,
) -> int:
    """Bring the database to a revision, forward or backward; without arguments, to the newest of every app.

    TARGET is a name or the start of one (0003), zero, head, -1 or +1, a label, or label@head.

    \b
    Examples:
      minimig migrate
      minimig migrate blog 0003
      minimig migrate blog -1
      minimig migrate --plan
      minimig migrate --sql --from blog.0003 --dialect postgresql
      minimig migrate --tenants --canaries 3 --stop-after 10
    """
    script.check(
        *(app, target), plan=plan, fake_initial=fake_initial, from_record=from_record, check=check, prune=prune
    )
    script.check(two_phase=two_phase, tenants=tenants)
    if script.wanted:
        return run_as_script(session, script, app, target, fake=fake, as_json=as_json)
    order = partial(homes_of, app)
    if prune:
        if tenants is not None or plan or check or fake or fake_initial or from_record:
            raise UsageError("--prune forgets rows at once, and goes with no other way to run; nothing was forgotten")
        forget = partial(prune_rows_of, session, app, target, lock_timeout, as_json)
        return over_databases(session, "migrate", forget, as_json=as_json, order=order)
    if fake and fake_initial:
        raise UsageError("--fake records everything, first migrations too", hint="leave out one of the two options")
    initials = deferred("minimig.commands.initials").initials_faked if fake_initial else None
    options = MigrateOptions(plan or check, fake, initials, from_record, lock_timeout, **ways(script, assume), **care)
    refuse_together(session, two_phase=two_phase, tenants=tenants is not None)
    if two_phase:
        if tenants is not None or options.dry or options.whole:
            raise UsageError("--two-phase is for a run on databases, and goes with no tenants and no plan")
        return _together(session, app, target, options, as_json)
    if tenants is not None:
        return for_tenants(session, tenants, app, target, options, check=check, as_json=as_json)

    def one(settings: Settings, emit: Emit) -> int:
        result = run(session, settings, app, target, options, show=plan or not check, emit=emit if as_json else None)
        return 4 if check and result.steps else 0

    return over_databases(session, "migrate", one, as_json=as_json, order=order)


def _together(session: Session, app: str | None, target: str | None, options: MigrateOptions, as_json: bool) -> int:
    refuse_options(app, target)
    migrate_together = deferred("minimig.cli.two_phase").migrate_together
    done: int = migrate_together(session, app, target, options, as_json=as_json)
    return done


def for_tenants(
    session: Session,
    tenants: TenantChoice,
    app: str | None,
    target: str | None,
    options: MigrateOptions,
    *,
    check: bool,
    as_json: bool,
) -> int:
    """Run on tenants; returns the exit code, which is 4 where there is something to do and it is only to `check`."""
    refuse_options(app, target)
    module = deferred("minimig.cli.tenants")
    wanted = module.TenantOptions(app, target, options)
    code: int = module.migrate_all(session, tenants, wanted, as_json=as_json, check=check)
    return code


def ways(script: ScriptWords, assume: str | None) -> dict[str, Any]:
    """The arguments of MigrateOptions that `--atomic-run` and `--assume` stand for."""
    return {"whole": script.one_transaction, "assume": None if assume is None else assume == "done"}

"""`minimig upgrade` and `downgrade`: migrate in one direction, and refuse the other."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from minimig.cli.applying import ASSUME, FROM_RECORD, LOCK, PLAN, STEPS, for_tenants, ways
from minimig.cli.context import Session, pass_session, tag_option
from minimig.cli.printing import json_option, print_json
from minimig.cli.running import run
from minimig.cli.scripting import ScriptWords, run_as_script, script_options
from minimig.cli.tenant_options import TenantChoice, tenant_options
from minimig.cli.waiting import care_options
from minimig.commands.applying import MigrateOptions
from minimig.runtime.plan import Direction


@click.command(context_settings=STEPS)
@click.argument("target", required=False)
@PLAN
@LOCK
@ASSUME
@tag_option
@care_options
@tenant_options
@json_option
@script_options()
@pass_session
def upgrade(
    session: Session,
    target: str | None,
    plan: bool,
    lock_timeout: float | None,
    assume: str | None,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
    tenants: TenantChoice | None,
) -> int:
    """Apply revisions up to a target, by default all; a target that lies behind is refused.

    \b
    Examples:
      minimig upgrade
      minimig upgrade blog.0003
      minimig upgrade +1              (where there is one app)
      minimig upgrade feature@head    (one branch)
      minimig upgrade blog.0003:blog.0005 --sql
      minimig upgrade --tenants --canaries 3
    """
    script.check(target, plan=plan, tenants=tenants)
    options = MigrateOptions(
        dry=plan, lock_timeout=lock_timeout, direction=Direction.FORWARD, **ways(script, assume), **care
    )
    return _go(session, target, script, tenants, options, as_json=as_json)


@click.command(context_settings=STEPS)
@click.argument("target")
@PLAN
@FROM_RECORD
@LOCK
@ASSUME
@tag_option
@care_options
@tenant_options
@json_option
@script_options()
@pass_session
def downgrade(
    session: Session,
    target: str,
    plan: bool,
    from_record: bool,
    lock_timeout: float | None,
    assume: str | None,
    care: dict[str, Any],
    as_json: bool,
    script: ScriptWords,
    tenants: TenantChoice | None,
) -> int:
    """Take revisions back down to a target, which itself stays applied; one that lies ahead is refused.

    \b
    Examples:
      minimig downgrade blog.0003
      minimig downgrade -1            (where there is one app)
      minimig downgrade base
      minimig downgrade feature@base  (one branch)
      minimig downgrade blog.0005:blog.0003 --sql
      minimig downgrade blog.0003 --tenant acme
    """
    script.check(target, plan=plan, from_record=from_record, tenants=tenants)
    options = MigrateOptions(
        dry=plan,
        from_record=from_record,
        lock_timeout=lock_timeout,
        direction=Direction.BACKWARD,
        **ways(script, assume),
        **care,
    )
    return _go(session, target, script, tenants, options, as_json=as_json)


def _go(
    session: Session,
    target: str | None,
    script: ScriptWords,
    tenants: TenantChoice | None,
    options: MigrateOptions,
    *,
    as_json: bool,
) -> int:
    """As a script, on tenants, or on the configured database."""
    if script.wanted:
        return run_as_script(session, script, target, None, direction=options.direction, as_json=as_json)
    if tenants is not None:
        return for_tenants(session, tenants, None, target, options, check=False, as_json=as_json)
    emit = partial(print_json, str(click.get_current_context().info_name)) if as_json else None
    run(session, session.settings(), None, target, options, show=True, emit=emit)
    return 0

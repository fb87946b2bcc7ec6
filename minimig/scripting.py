"""A run as a script, for a folder of revision files and a database that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from minimig.commands.scripting import ScriptOptions, ScriptResult, script_project
from minimig.migrating import folder_project


def script(  # noqa: PLR0913 - each is a choice of its own, most of them by name alone
    migrations: str | Path,
    dialect: str,
    *,
    target: str = "head",
    start: Sequence[str] = (),
    one_transaction: bool = False,
    idempotent: bool = False,
    mark_missing: bool = False,
    version_table: str = "minimig_version",
    version_schema: str | None = None,
    app: str | None = None,
    metadata: sa.MetaData | None = None,
) -> ScriptResult:
    """What `migrate` would send to a database of the kind `dialect`, as a script. Nothing is connected to.

    The result has the `text`, the statements of each step, and where it ends; `end` of one script is the `start` of the
    next. Without a start the database is empty. With `one_transaction` the whole script is one transaction; with
    `idempotent` each migration looks first whether the database has it; with `mark_missing` a comment stands where a
    step needs a connection. The other arguments are those of `migrate`.

    Raises NeedsConnectionError, naming all steps that only a live database can carry out; UnsupportedError for what the
    dialect cannot be told; UsageError for a dialect that nobody knows; and what `migrate` raises before anything runs.
    """
    project = folder_project(None, migrations, app, version_table, version_schema, metadata)
    [label] = project.settings.apps
    options = ScriptOptions(
        tuple(start), dialect, one_transaction=one_transaction, idempotent=idempotent, mark_missing=mark_missing
    )
    return script_project(project, label, target, options)

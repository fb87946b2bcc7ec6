"""makemigrations --from-database: the live schema as a station between the revision files and the models.

In: a project whose database has had every revision. Out: what that database holds of what files and models speak of, as
a state. What leads from the files to it is news for the files, and true for this database already; what leads from it
to the models is what has to be done. (Alembic compares with the live database only, and never tells the history what it
found there: another database, made from the files alone, would lack it.)
"""

from __future__ import annotations

import sqlalchemy as sa

from minimig.commands.awaiting import on_its_loop
from minimig.commands.hooks import ignored
from minimig.commands.project import Project
from minimig.dialects.worded import worded
from minimig.errors import DatabaseError
from minimig.runtime.recorder import revisions
from minimig.state.schema import SchemaState


@on_its_loop
def live_station(project: Project) -> SchemaState:
    """What the database holds, each table in the words of the files where it is as they say, else in the models'.

    Raises DatabaseError when the database has not had all revisions, HistoryError when it has had unknown ones.
    """
    with project.connect() as connection:
        _refuse_pending(project, connection)
        files, models = project.files_state, project.models.state
        declared, unread = files.tables.keys() | models.tables.keys(), ignored(project)
        # Under its own names: an operation that drops a constraint has to call it as this database does.
        as_files = worded(connection, files, lambda key: key not in declared, pair_names=False)
        as_models = worded(connection, models, lambda key: key not in declared, as_files, pair_names=False)
    tables = {
        key: as_files.tables[key] if as_files.tables.get(key) == files.tables.get(key, table) else table
        for key, table in as_models.tables.items()
    }
    objects = {**as_models.objects, **as_files.objects}
    changed = {key for key, item in as_files.objects.items() if item != files.objects[key]}
    objects |= {key: as_models.objects[key] for key in changed & as_models.objects.keys()}
    return SchemaState(
        {**tables, **{key: table for key, table in files.tables.items() if unread(key)}},
        {**objects, **{key: item for key, item in files.objects.items() if unread(key)}},
    )


def _refuse_pending(project: Project, connection: sa.Connection) -> None:
    rows = project.applied(connection)
    project.refuse_unknown(rows)
    graph = project.graph_at(revisions(rows))
    applied = graph.effective(revisions(rows))
    pending = [revision for revision in graph.order() if revision not in applied]
    if pending:
        raise DatabaseError(
            f"the database has not had {', '.join(pending[:3])}{' and more' if len(pending) > 3 else ''} yet,"
            " so it cannot say what is missing",
            where=project.database_name,
            hint="run minimig migrate, or record what it has already with minimig migrate --fake",
        )

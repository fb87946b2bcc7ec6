"""Whether a database has all there is, found out with no more than that takes.

In: the configuration. Out: True where a plain `minimig migrate` would have nothing to do and nothing to tell. It is the
deploy that changes nothing, which is most of them, and it shall not pay for what only a run needs: operations, states,
the models, networkx. Whatever is not certain here is False, and the command itself finds out and says what there is to
say. Alembic and Django import each revision file, and the models, before they know.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import sqlalchemy as sa

from minimig.commands.connecting import connected
from minimig.config import Settings
from minimig.dialects.engine import engine_for
from minimig.dialects.noticing import journal_name, may_hold
from minimig.errors import MinimigError
from minimig.revisions.header import Header
from minimig.revisions.routing import routed
from minimig.revisions.scanning import scan


def is_at_rest(settings: Settings) -> bool:
    """Whether there is certainly nothing to do. Sends one query, and another where there is a journal to look into.

    Raises DatabaseError when there is no connection.
    """
    if settings.env is not None or settings.plugins or settings.engine is not None or settings.database is None:
        return False  # the project's own code has a word in it; or it is about several databases
    try:
        engine = engine_for(settings.database_url())
        folders = {label: app.migrations for label, app in settings.apps.items()}
        headers = tuple(routed(scan(folders), settings.elsewhere))
    except MinimigError:
        return False  # the command meets it again, and tells
    names = _plain_names(headers)
    if not names or engine.dialect.is_async:
        return False
    return _rows(settings, engine) == names


def _plain_names(headers: Sequence[Header]) -> frozenset[str]:
    """The revisions; none where a graph is needed to know which of them count, or where a link leads nowhere."""
    names = frozenset(header.revision for header in headers)
    links = ((header.app, name) for header in headers for name in (*header.dependencies, *header.run_before))
    whole = all(name in names or f"{app}.{name}" in names for app, name in links)
    return names if whole and len(names) == len(headers) and not any(h.replaces for h in headers) else frozenset()


def _rows(settings: Settings, engine: sa.Engine) -> frozenset[str]:
    """The revisions of these apps in the version table; none when one is half-done, or the table is another."""
    app, name, unfinished = (sa.column(word, sa.String) for word in ("app", "name", "unfinished"))
    schema = settings.version_schema
    table = sa.table(settings.version_table, app, name, unfinished, schema=schema)
    journal = sa.table(journal_name(settings.version_table), sa.column("app", sa.String), schema=schema)
    noticed = may_hold(engine.dialect, journal, certain=False).label("noticed")
    with connected(engine) as connection, suppress(sa.exc.DBAPIError):  # there is none yet, or an older minimig made it
        rows = connection.execute(sa.select(app, name, unfinished, noticed).select_from(table)).all()
        begun = connection.execute(sa.select(journal.c.app)).scalars() if rows and rows[0].noticed else ()
        if not any(row.unfinished for row in rows) and not any(mine in settings.apps for mine in begun):
            return frozenset(f"{row.app}.{row.name}" for row in rows if row.app in settings.apps)
    return frozenset()
